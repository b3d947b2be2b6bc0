import type { PortalCommission } from '@headwater/contract';

/** As types of the contract: its schemas would weigh more than the page. */
export const commissionStatuses: readonly PortalCommission['status'][] = [
  'pending',
  'approved',
  'invoiced',
  'paid',
  'disputed',
  'refunded',
  'reversed',
  'rejected',
];

/**
 * What partners earn: the terms (pure arithmetic over a policy), the commission record, and its life as money that
 * moves between ledger accounts. A commission's amount is decided in terms.ts and nowhere else.
 */
export { markPaid, releaseHolds } from './advance-commissions.ts';
export { listCommissionsRoute } from './list-commissions.ts';
export {
  anyClickEarned,
  type CommissionOfPayment,
  findPolicy,
  findTermsOf,
  leadEarned,
  listCommissionsOfPayment,
  lockCommissionsOfPayment,
  oneTimeEarned,
  type PartnerTerms,
} from './queries.ts';
export { earningEntries, recordCommission } from './record-commission.ts';
export { reversalOf } from './reverse-commission.ts';
export * from './terms.ts';

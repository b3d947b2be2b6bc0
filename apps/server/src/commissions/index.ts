/**
 * What partners earn: the terms (pure arithmetic over a policy), the commission record, and its life as money that
 * moves between ledger accounts. A commission's amount is decided in terms.ts and nowhere else.
 */
export { releaseHolds } from './advance-commissions.ts';
export { balanceCommission } from './balance-commission.ts';
export type { Basis } from './commission.ts';
export { listCommissionItems, listCommissionsOfPartner, listCommissionsRoute } from './list-commissions.ts';
export { placeKept } from './place-kept.ts';
export {
  anyClickEarned,
  type BookedCommission,
  type CommissionOfPayment,
  findNewcomersPolicy,
  findPolicy,
  findTermsOf,
  leadEarned,
  listCommissionsOfPayment,
  listPoliciesOfProgram,
  lockBookedCommissions,
  oneTimeEarned,
  type PartnerTerms,
  returnToHolds,
  supersedeCommission,
} from './queries.ts';
export { earningEntries, recordCommission, reviseCommission } from './record-commission.ts';
export {
  findProgramOf,
  listPaymentsOf,
  lockForReview,
  type ReviewableCommission,
  saveReviews,
} from './review-queries.ts';
export { loadVolumesOf, sumEarnedByCustomer, sumVolumeOfPartner } from './sum-queries.ts';
export * from './terms.ts';

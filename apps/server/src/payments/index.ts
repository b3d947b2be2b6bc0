/**
 * The one door for money. A payment that is told whole enters through recordPayment, and money goes back through
 * refundPayment; a provider whose facts come in pieces says through settlePayments what is known by now. Both claim the
 * same keys, decide by the same rules and write the same books, in one transaction: key, customer, attribution,
 * commission, fee, ledger and event together or not at all. One (program, transaction id) is one payment, for ever, under
 * any concurrency.
 */
export { booksOfPayment, difference } from './books-of-payment.ts';
export type { FeeSettings } from './decide-fee.ts';
export type { PaymentDeps, SettleDeps } from './door.ts';
export { explainPayment } from './explain-payment.ts';
export { findWrongRevenueTotal, foldAllRevenue } from './fee-revenue.ts';
export { forgetPayers } from './forget-payers.ts';
export { paymentRoutes } from './http.ts';
export { reviewRoutes } from './http-reviews.ts';
export { listPaymentsRoute } from './list-payments.ts';
export type { PaymentDecision, PaymentFact, PaymentOutcome, Warning } from './payment.ts';
export type { Claim, ProviderDispute, ProviderPayment, SettledPayment } from './provider-payment.ts';
export {
  findPayment,
  findRecorded,
  listDecisions,
  listRefunds,
  type PaymentStanding,
  type RecordedFacts,
  type StoredDecision,
} from './queries.ts';
export { readSale, readTestSale } from './read-payment.ts';
export { recordPayment, recordPaymentIn, recordTestPayment, recordTestPaymentIn } from './record-payment.ts';
export { type RefundFact, type RefundOutcome, refundPayment, refundPaymentIn } from './refund-payment.ts';
export { reviewCommissions } from './review-commissions.ts';
export { settlePayments } from './settle-payments.ts';
export { settleTestPayments } from './settle-test-payments.ts';

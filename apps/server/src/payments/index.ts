/**
 * The one door for money. Every payment, whatever its source, enters through recordPayment; money goes back through
 * refundPayment. Each call is one transaction: key, customer, attribution, commission, fee, ledger and event together
 * or not at all. One (program, transaction id) is one payment, for ever, under any concurrency.
 */
export type { FeeSettings } from './decide-fee.ts';
export type { PaymentDeps } from './door.ts';
export { explainPayment } from './explain-payment.ts';
export { paymentRoutes } from './http.ts';
export { listPaymentsRoute } from './list-payments.ts';
export type { PaymentFact, PaymentOutcome } from './payment.ts';
export { recordPayment } from './record-payment.ts';
export { type RefundFact, type RefundOutcome, refundPayment } from './refund-payment.ts';

/**
 * Stripe's words turned into ours. A verified, stored event is applied to the books through the doors of payments/ and
 * customers/; no money rule lives here. Deliveries may come in any order, repeated or late: the outcome is the same.
 *
 * read/ turns objects of any API version into facts, facts/ merges and keeps them, wanted/ says what follows from them,
 * identity/ who pays. All but the queries is pure.
 */

export {
  applyStripeEvents,
  type EventNote,
  type EventOutcome,
  type StripeDeps,
  type StripeEvent,
} from './apply-events.ts';
export type { StripeSettings } from './connect/settings.ts';
export {
  blankDeliveries,
  type ForgottenPayer,
  findCustomersByEmail,
  forgetPayersOfStripe,
} from './forget/forget-payers.ts';
export type { Processor } from './inbox/process-events.ts';
export { openStripeEdge, type StripeEdge } from './open-edge.ts';
export { UnreadableEvent } from './read/fields.ts';

/**
 * Tells others what happened. Promises that a message is written in the transaction of the fact it tells of (by triggers:
 * migration 0020), signed by Standard Webhooks, tried for three days, and kept to be replayed when all of that was in
 * vain. Sends nothing to a private network unless the installation allows it.
 */
export { type DeliveryDeps, deliverMessage } from './deliver.ts';
export { forgetMessages } from './forget-messages.ts';
export { webhookRoutes } from './http.ts';

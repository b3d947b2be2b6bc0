import { Webhook } from 'standardwebhooks';
import type { Clock, Postgres, Sealer } from '../platform/index.ts';
import * as queries from './queries.ts';
import { secretContext } from './secret.ts';
import { send } from './send.ts';

export interface DeliveryDeps {
  postgres: Postgres;
  clock: Clock;
  sealer: Sealer;
  /** Private networks may be told as well: for development, and for receivers beside this server. */
  allowPrivate: boolean;
}

/**
 * One attempt at a message. Throws when it failed and is to be tried again, which the job runner does with its back-off;
 * the last attempt makes the message dead, and does not throw. What was delivered is not sent again.
 */
export async function deliverMessage(
  deps: DeliveryDeps,
  key: { workspaceId: number; id: number },
  isLast: boolean,
): Promise<void> {
  const { postgres, clock } = deps;
  const { workspaceId } = key;
  const message = await queries.findDelivery(postgres, workspaceId, key.id);
  if (message === undefined || message.state !== 'pending') return;
  const at = clock.now();
  if (message.endpointStatus === 'disabled') {
    const error = 'endpoint is disabled';
    const attempt = { state: 'dead' as const, tried: false, at, status: null, error };
    await queries.noteAttempt(postgres, workspaceId, message.id, attempt);
    return;
  }
  const { status, error } = await post(deps, workspaceId, message, at);
  const isTaken = status !== null && status >= 200 && status < 300;
  // 410 Gone: the receiver wants no more of this.
  const isGone = status === 410;
  if (isGone) await queries.disableEndpoint(postgres, workspaceId, message.endpointId);
  const state = isTaken ? 'delivered' : isLast || isGone ? 'dead' : 'pending';
  await queries.noteAttempt(postgres, workspaceId, message.id, { state, tried: true, at, status, error });
  if (state === 'pending') throw new Error(`webhook ${message.messageId}: ${error ?? `answered ${status}`}`);
}

function post(deps: DeliveryDeps, workspaceId: number, message: queries.Delivery, at: Date) {
  const body = JSON.stringify({
    type: message.type,
    timestamp: message.occurredAt.toISOString(),
    data: message.data,
  });
  const { secretSealed, oldSecretSealed, oldSecretUntil } = message;
  const sealed = [secretSealed];
  if (oldSecretSealed !== null && oldSecretUntil !== null && oldSecretUntil > at)
    sealed.push(oldSecretSealed);
  const signatures = sealed.map((one) =>
    new Webhook(deps.sealer.open(one, secretContext(workspaceId))).sign(message.messageId, at, body),
  );
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Headwater',
    'webhook-id': message.messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
  return send(new URL(message.url), headers, body, deps.allowPrivate);
}

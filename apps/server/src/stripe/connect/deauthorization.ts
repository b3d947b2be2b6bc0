import type { Transaction } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import type { StripeEvent } from '../apply-events.ts';
import * as queries from './queries.ts';

/** What an `account.application.deauthorized` did. */
export type Deauthorization = 'disconnected' | 'no_such_connection' | 'no_account_named';

/**
 * The account took its permission back: its connection ends, its history stays. Only the connection of the same mode: a
 * deauthorization in test mode must not cut the live link. Undefined for every other event.
 *
 * Such events ignore the API version an endpoint is pinned to, so they are read leniently: the account is in `account`,
 * or in `context`; the object (the application) says nothing we need.
 */
export async function noteDeauthorization(
  trx: Transaction,
  program: Program,
  event: StripeEvent & { context?: unknown },
  now: Date,
): Promise<Deauthorization | undefined> {
  if (event.type !== 'account.application.deauthorized') return undefined;
  const account = [event.account, event.context].find((one) => typeof one === 'string' && one !== '');
  if (account === undefined) return 'no_account_named';
  const ended = await queries.endConnection(trx, program, {
    account: account as string,
    livemode: event.livemode,
    because: 'deauthorized',
    at: now,
  });
  return ended ? 'disconnected' : 'no_such_connection';
}

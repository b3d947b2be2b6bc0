import type { StripeReconcileItem, StripeReconciliation } from '@headwater/contract';
import { AppError, dayMs, type Log, readRange } from '../../platform/index.ts';
import type { Directory, Program } from '../../workspaces/index.ts';
import type { ConnectDeps } from '../connect/connect-account.ts';
import { accessOf, listCallable } from '../connect/connections.ts';
import type { Connection } from '../connect/queries.ts';
import type { Processor } from '../inbox/process-events.ts';
import { type BackFillDeps, fetchMissedEvents, synthesise } from './back-fill.ts';
import { classify } from './classify.ts';
import { listMovements, type Period } from './list-movements.ts';
import * as queries from './queries.ts';

export interface ReconcileDeps extends BackFillDeps, ConnectDeps {
  processor: Processor;
}

const longestPeriodMs = 31 * dayMs;
// An event may be a little younger than the object it tells of, and its second is cut.
const eventSlackMs = 60_000;

/** `from` and `to` of a question, both inclusive; yesterday (UTC) when neither is given. At most 31 days. */
export function readPeriod(query: Readonly<Record<string, unknown>>, now: Date): Period {
  const range = readRange(query);
  const today = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
  const from = range.from ?? new Date((range.before ?? today).getTime() - dayMs);
  const before = range.before ?? (range.from === undefined ? today : new Date(range.from.getTime() + dayMs));
  if (before <= from) throw new AppError('invalid_request', 'to must not be before from');
  if (before.getTime() - from.getTime() > longestPeriodMs) {
    throw new AppError('invalid_request', 'from and to must be at most 31 days apart');
  }
  return { from, before };
}

/**
 * Compares what an account says it took and gave back in a period with the books, cent by cent. With `backFill` what is
 * missing is fetched (or, when Stripe keeps its events no longer, made from the objects), put through the inbox like any
 * delivery, and looked at again.
 */
export async function reconcileProgram(
  deps: ReconcileDeps,
  program: Program,
  period: Period,
  { backFill }: { backFill: boolean },
): Promise<StripeReconciliation[]> {
  const connections = await listCallable(deps, program);
  if (connections.length === 0) throw new AppError('stripe_not_connected');
  const reports: StripeReconciliation[] = [];
  for (const connection of connections) {
    reports.push(await reconcileConnection(deps, program, connection, period, backFill));
  }
  return reports;
}

async function reconcileConnection(
  deps: ReconcileDeps,
  program: Program,
  connection: Connection,
  period: Period,
  backFill: boolean,
): Promise<StripeReconciliation> {
  const { livemode } = connection;
  const access = accessOf(deps, program, connection);
  const movements = await listMovements(access, period);
  const look = () => deps.postgres.transaction((trx) => classify(trx, program, livemode, movements));
  let items = await look();
  const backFilled = { fetched: 0, synthesised: 0 };
  if (backFill && isAnyMissing(items)) {
    const wide = { from: period.from, before: new Date(period.before.getTime() + eventSlackMs) };
    backFilled.fetched = await fetchMissedEvents(deps, access, program, livemode, wide);
    await deps.processor.drain();
    items = await look();
    for (const [index, item] of items.entries()) {
      const movement = movements[index];
      if (item.state === 'missing' && item.reason === 'not_received' && movement !== undefined) {
        backFilled.synthesised += await synthesise(deps, access, program, livemode, movement);
      }
    }
    if (backFilled.synthesised > 0) {
      await deps.processor.drain();
      items = await look();
    }
  }
  return {
    account: connection.account,
    livemode,
    from: period.from.toISOString(),
    to: new Date(period.before.getTime() - 1).toISOString(),
    complete: !isAnyMissing(items),
    differing: items.filter(isDiffering).length,
    sums: sumsOf(items),
    back_filled: backFilled,
    // What is as it should be is in the sums; a person wants to see the rest.
    items: items.filter((item) => item.state !== 'attributed' || isDiffering(item)),
  };
}

function isAnyMissing(items: readonly StripeReconcileItem[]): boolean {
  return items.some(({ state }) => state === 'missing');
}

function isDiffering({ reason }: StripeReconcileItem): boolean {
  return reason === 'amount_differs';
}

function sumsOf(items: readonly StripeReconcileItem[]): StripeReconciliation['sums'] {
  const sums = new Map<string, StripeReconciliation['sums'][number]>();
  for (const { kind, currency, state, amount_cents: amount } of items) {
    const key = `${currency} ${kind}`;
    const sum = sums.get(key) ?? {
      kind,
      currency,
      count: 0,
      total_cents: 0,
      attributed_cents: 0,
      unattributed_cents: 0,
      excluded_cents: 0,
      missing_cents: 0,
    };
    sum.count += 1;
    sum.total_cents += amount;
    sum[`${state}_cents`] += amount;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** The daily look at yesterday, of every connected program: what was missed is brought in, what stays missing is told. */
export async function reconcileEveryAccount(
  deps: ReconcileDeps & { directory: Directory; log: Log },
): Promise<void> {
  const period = readPeriod({}, deps.clock.now());
  for (const programId of await queries.listConnectedPrograms(deps.postgres)) {
    const program = await deps.directory.findProgram(programId);
    if (program === undefined) continue;
    try {
      for (const report of await reconcileProgram(deps, program, period, { backFill: true })) {
        const { account, sums, back_filled: backFilled, complete, differing } = report;
        const told = { programId, account, sums, backFilled, differing };
        if (complete && differing > 0)
          deps.log.warn(told, 'the books have other amounts than the stripe account');
        else if (complete) deps.log.info(told, 'every cent of the stripe account is accounted for');
        else deps.log.error(told, 'the stripe account has money that is missing from the books');
      }
    } catch (error) {
      deps.log.error({ err: error, programId }, 'a stripe account could not be reconciled');
    }
  }
}

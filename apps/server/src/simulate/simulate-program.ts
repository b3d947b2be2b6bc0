import type { DraftPolicy, SimulateAnswer, SimulateRequest } from '@headwater/contract';
import { listPoliciesOfProgram, type Policy } from '../commissions/index.ts';
import { AppError, type Clock, type Postgres, readRange, type Transaction } from '../platform/index.ts';
import { type Program, readBounds, readTerms, readTiers } from '../workspaces/index.ts';
import { addChanges, type Change, type Changes, sortedChanges } from './compare.ts';
import type { Draft, World } from './past.ts';
import * as queries from './queries.ts';
import { replay } from './replay.ts';
import { Volumes } from './volumes.ts';

/** Two are the rule, see {@link Volumes}; what counts only by a cent that a tier makes of nothing may take more. */
const mostRuns = 5;

/**
 * Runs a draft over the payments of a time, and answers what would change for each partner. As of one instant, in a
 * transaction that can only read, however many payments there are. Refuses with 400 a draft that no policy could be.
 */
export function simulateProgram(
  deps: { postgres: Postgres; clock: Clock },
  program: Program,
  request: SimulateRequest,
): Promise<SimulateAnswer> {
  const { from, before } = readRange({ from: request.from, to: request.to });
  const time = { from: from as Date, before: before ?? new Date(deps.clock.now().getTime() + 1) };
  if (time.from >= time.before) throw new AppError('invalid_request', 'to is invalid');
  return deps.postgres.transaction(async (trx) => {
    await trx.query('set transaction isolation level repeatable read, read only');
    // A plan for all rows, not for the first ones.
    await trx.query('set local plan_cache_mode = auto');
    await trx.query('set local cursor_tuple_fraction = 1');
    const draft = {
      model: request.attribution_model,
      windowDays: request.attribution_window_days,
      policy: request.policy && (await readDraft(trx, program, request.policy)),
    };
    const world = {
      ...(await queries.loadPartners(trx, program)),
      policies: await listPoliciesOfProgram(trx, program),
    };
    let run = await runOnce(trx, program, time, world, draft, new Volumes());
    const policies = draft.policy === undefined ? world.policies : [...world.policies, draft.policy];
    if (isAnythingTried(draft) && policies.some(({ tiers }) => tiers.length > 0)) {
      for (let runs = 1; runs < mostRuns; runs += 1) {
        const before = run.volumes;
        run = await runOnce(trx, program, time, world, draft, before);
        if (run.volumes.equals(before)) break;
      }
    }
    const changes = sortedChanges(run.changes);
    const currencies = [...new Set(changes.map(({ currency }) => currency))].sort();
    return {
      from: time.from.toISOString(),
      to: new Date(time.before.getTime() - 1).toISOString(),
      payments: run.payments,
      partners: changes.map((change) => ({
        partner_id: change.partnerId,
        ...amounts(change.currency, change.nowMinor, change.thenMinor),
        payments_now: change.paymentsNow,
        payments_then: change.paymentsThen,
      })),
      totals: currencies.map((currency) => {
        const own = changes.filter((change) => change.currency === currency);
        return amounts(currency, sumOf(own, 'nowMinor'), sumOf(own, 'thenMinor'));
      }),
    };
  });
}

/** Goes once through all payments, with the volumes that an earlier run counted. */
async function runOnce(
  trx: Transaction,
  program: Program,
  time: { from: Date; before: Date },
  world: World,
  draft: Draft,
  before: Volumes,
): Promise<{ payments: number; changes: Changes; volumes: Volumes }> {
  const changes: Changes = new Map();
  const volumes = new Volumes();
  let asked = 0;
  for await (const payments of queries.eachPastPayments(trx, program, time)) {
    const outcomes = replay(payments, world, draft, { before: before.before, count: volumes.count });
    addChanges(changes, payments, outcomes);
    asked += payments.filter(({ isAsked }) => isAsked).length;
  }
  volumes.seal();
  return { payments: asked, changes, volumes };
}

/** Without a draft nothing is decided anew, and no tier is asked for. */
function isAnythingTried({ model, windowDays, policy }: Draft): boolean {
  return model !== undefined || windowDays !== undefined || policy !== undefined;
}

function sumOf(changes: readonly Change[], member: 'nowMinor' | 'thenMinor'): bigint {
  return changes.reduce((sum, change) => sum + change[member], 0n);
}

function amounts(currency: string, nowMinor: bigint, thenMinor: bigint) {
  return {
    currency,
    now_cents: Number(nowMinor),
    then_cents: Number(thenMinor),
    difference_cents: Number(thenMinor - nowMinor),
  };
}

/** A policy that nobody stored. */
async function readDraft(trx: Transaction, program: Program, draft: DraftPolicy): Promise<Policy> {
  if (draft.type === 'cpc' || draft.type === 'cpl') {
    throw new AppError('invalid_request', 'policy is invalid: only terms for sales can be tried');
  }
  const terms = readTerms(draft);
  const bounds = readBounds(draft);
  const tiers = readTiers(draft, terms);
  const group = await queries.findGroupOf(trx, program, draft.group_id ?? null);
  if (group === undefined) throw new AppError('group_not_found');
  const minor = (cents: number | null) => (cents === null ? null : BigInt(cents));
  return {
    id: 0,
    version: 0,
    groupId: group.id,
    groupName: group.name,
    type: terms.type,
    rateBps: terms.rateBps,
    fixedMinor: minor(terms.fixedMinor),
    currency: program.currency,
    durationMonths: terms.durationMonths,
    holdPeriodDays: 0,
    approval: 'automatic',
    productId: draft.product_id?.trim() || null,
    excludeTax: draft.exclude_tax ?? false,
    excludeStripeTax: draft.exclude_tax ?? true,
    excludeShipping: draft.exclude_shipping ?? false,
    minMinor: minor(bounds.min_minor),
    maxMinor: minor(bounds.max_minor),
    customerCapMinor: minor(bounds.customer_cap_minor),
    tiers: tiers.map(({ from_cents, rate_bps, fixed_cents }) => ({
      fromMinor: BigInt(from_cents),
      rateBps: rate_bps ?? null,
      fixedMinor: fixed_cents === undefined ? null : BigInt(fixed_cents),
    })),
    effectiveFrom: new Date(0),
  };
}

import type { DraftPolicy, SimulateAnswer, SimulateRequest } from '@headwater/contract';
import { listPoliciesOfProgram, type Policy } from '../commissions/index.ts';
import { AppError, type Clock, type Postgres, readRange, type Transaction } from '../platform/index.ts';
import { type Program, readBounds, readTerms, readTiers } from '../workspaces/index.ts';
import { type Change, compare } from './compare.ts';
import * as queries from './queries.ts';
import { replay } from './replay.ts';

/** How many payments are gone through at once, those of before included. */
const maxPayments = 20_000;

/**
 * Runs a draft over the payments of a time, and answers what would change for each partner. As of one instant, in a
 * transaction that can only read. Refuses with 400 a draft that no policy could be, and a time of too many payments.
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
    // One statement reads them all: a plan for a few rows is not for it.
    await trx.query('set local plan_cache_mode = auto');
    const draft = {
      model: request.attribution_model,
      windowDays: request.attribution_window_days,
      policy: request.policy && (await readDraft(trx, program, request.policy)),
    };
    const payments = await queries.listPastPayments(trx, program, time, maxPayments + 1);
    if (payments.length > maxPayments) {
      throw new AppError('invalid_request', `from is invalid: more than ${maxPayments} payments since`);
    }
    const world = {
      ...(await queries.loadPartners(trx, program)),
      policies: await listPoliciesOfProgram(trx, program),
    };
    const changes = compare(payments, replay(payments, world, draft));
    const currencies = [...new Set(changes.map(({ currency }) => currency))].sort();
    return {
      from: time.from.toISOString(),
      to: new Date(time.before.getTime() - 1).toISOString(),
      payments: payments.filter(({ isAsked }) => isAsked).length,
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

import type { AddPolicyRequest, CommissionTerms, PolicyRecord, PolicyTier } from '@headwater/contract';
import { AppError } from '../platform/index.ts';

const defaultDurationMonths = 12;

/**
 * Since ever. A program's first terms and a partner's first group count from here, so that payments dated before the
 * set-up (an import, a late webhook) find terms; every later change counts from its own date. The epoch, and not
 * PostgreSQL's -infinity, because it is read back as an ordinary instant.
 */
export const sinceEver = new Date(0);

/** What a policy pays. Exactly one of `rateBps` and `fixedMinor` is set. */
export interface Terms {
  type: PolicyRecord['type'];
  rateBps: number | null;
  fixedMinor: number | null;
  /** cps_recurring: months; cps_one_time: 0; else null. */
  durationMonths: number | null;
}

/**
 * Terms that fit together (contract §8); 400 `<field> is invalid` otherwise. A duration that contradicts the type is
 * refused, not corrected: money terms are never guessed.
 */
export function readTerms(request: CommissionTerms): Terms {
  const { type, rate_bps: rateBps = null, fixed_cents: fixedMinor = null } = request;
  const paysFixedOnly = type === 'cpc' || type === 'cpl';
  if (paysFixedOnly && rateBps !== null) refuse('rate_bps');
  if (fixedMinor !== null && rateBps !== null) refuse('fixed_cents');
  if (fixedMinor === null && rateBps === null) refuse(paysFixedOnly ? 'fixed_cents' : 'rate_bps');
  return { type, rateBps, fixedMinor, durationMonths: durationOf(type, request.duration_months) };
}

type Bounds = Pick<AddPolicyRequest, 'type' | 'min_cents' | 'max_cents' | 'customer_cap_cents'>;

/** Bounds of what a sale earns; refused where clicks or leads are paid, whose amount is fixed anyway. */
export function readBounds(request: Bounds) {
  const { type, min_cents: min = null, max_cents: max = null, customer_cap_cents: cap = null } = request;
  const isFixed = type === 'cpc' || type === 'cpl';
  if (isFixed && min !== null) refuse('min_cents');
  if (isFixed && max !== null) refuse('max_cents');
  if (isFixed && cap !== null) refuse('customer_cap_cents');
  if (min !== null && max !== null && min > max) refuse('max_cents');
  return { min_minor: min, max_minor: max, customer_cap_minor: cap };
}

/** Tiers of a policy for sales: of its own kind (rate or fixed), from rising volumes. */
export function readTiers(
  { tiers = [] }: Pick<AddPolicyRequest, 'tiers'>,
  { type, rateBps }: Terms,
): PolicyTier[] {
  if (tiers.length > 0 && (type === 'cpc' || type === 'cpl')) refuse('tiers');
  let last = 0;
  return tiers.map(({ from_cents: from, rate_bps: rate, fixed_cents: fixed }) => {
    const paysAlike = rateBps === null ? rate === undefined : fixed === undefined;
    if (from <= last || !paysAlike || (rate ?? fixed) === undefined) refuse('tiers');
    last = from;
    return {
      from_cents: from,
      ...(rate === undefined ? { fixed_cents: fixed as number } : { rate_bps: rate }),
    };
  });
}

function durationOf(type: Terms['type'], sent: number | undefined): number | null {
  if (type === 'cps_recurring') {
    const months = sent ?? defaultDurationMonths;
    return months >= 1 ? months : refuse('duration_months');
  }
  const derived = type === 'cps_one_time' ? 0 : null;
  if (sent !== undefined && sent !== derived) refuse('duration_months');
  return derived;
}

function refuse(field: string): never {
  throw new AppError('invalid_request', `${field} is invalid`);
}

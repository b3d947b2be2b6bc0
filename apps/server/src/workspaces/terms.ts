import type { CommissionTerms, PolicyRecord } from '@headwater/contract';
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

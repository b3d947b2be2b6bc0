import type { PolicyRecord } from '@headwater/contract';
import { money, percent } from '../../shell/format.ts';
import { paysFor } from '../payments/story.ts';

/** Of several versions the one that holds now: the latest that has begun. */
export function inForce(policies: readonly PolicyRecord[], now = Date.now()): PolicyRecord | undefined {
  return policies
    .filter(({ product_id, effective_from }) => product_id === null && Date.parse(effective_from) <= now)
    .sort((a, b) => Date.parse(b.effective_from) - Date.parse(a.effective_from) || b.version - a.version)[0];
}

interface Terms {
  type: string;
  rate_bps?: number | null;
  fixed_cents?: number | null;
  duration_months?: number | null;
}

/** Terms as a sentence has them: `20% of each payment for 12 months`. */
export function termsText(terms: Terms, currency: string): string {
  const pay =
    terms.rate_bps == null ? money(terms.fixed_cents ?? 0, currency) : percent(terms.rate_bps / 10_000, 2);
  return `${pay} ${paysFor(terms.type)}${terms.duration_months ? ` for ${terms.duration_months} months` : ''}`;
}

/** A program's first terms are in force for all that is older than it. */
export const isFromTheStart = (at: string) => Date.parse(at) < Date.parse('2000-01-01');

import type { PortalTerms } from '@headwater/contract';
import { money, percent } from '../../shell/format.ts';

/** Terms as a sentence. */
export function termsText(terms: PortalTerms): string {
  const amount =
    terms.rate_bps !== null
      ? `${percent(terms.rate_bps / 10_000, 2)} of`
      : `${money(terms.fixed_cents ?? 0, terms.currency)} for`;
  switch (terms.type) {
    case 'cpc':
      return `${amount} each visitor who clicks your link`;
    case 'cpl':
      return `${amount} each person who signs up`;
    case 'cps_one_time':
      return `${amount} the first payment of each customer`;
    case 'cps_recurring':
      return `${amount} every payment of each customer, for ${terms.duration_months ?? 12} months`;
    case 'cps_lifetime':
      return `${amount} every payment of each customer, for as long as they pay`;
  }
}

export function holdText({ hold_period_days, approval }: PortalTerms): string {
  const hold =
    hold_period_days === 0
      ? 'Commissions are not held'
      : `Commissions are held for ${hold_period_days} days, for refunds`;
  return approval === 'manual' ? `${hold}, and a person approves each.` : `${hold}.`;
}

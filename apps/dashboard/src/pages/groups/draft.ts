import type { AddPolicyRequest, PolicyRecord } from '@headwater/contract';
import { majorText, minorOf } from '../../shell/format.ts';

/** Terms as a form has them: texts, in the words of people. */
export interface Draft {
  type: PolicyRecord['type'];
  pays: 'rate' | 'fixed';
  /** Per cent. */
  rate: string;
  fixed: string;
  months: string;
  hold: string;
  approval: PolicyRecord['approval'];
  product: string;
  excludeTax: boolean;
  excludeShipping: boolean;
  min: string;
  max: string;
  cap: string;
  tiers: { key: number; from: string; pay: string }[];
  /** A day; empty: now. */
  from: string;
}

/** Clicks and sign-ups have no amount to take a part of. */
export const isFixedType = (type: Draft['type']) => type === 'cpc' || type === 'cpl';

export function draftOf(policy: PolicyRecord | undefined): Draft {
  const amount = (cents: number | null | undefined) =>
    cents == null ? '' : majorText(cents, policy?.currency ?? 'USD');
  const percent = (bps: number | null | undefined) => (bps == null ? '' : String(bps / 100));
  return {
    type: policy?.type ?? 'cps_recurring',
    pays: policy && policy.rate_bps === null ? 'fixed' : 'rate',
    rate: percent(policy ? policy.rate_bps : 2000),
    fixed: amount(policy?.fixed_cents),
    months: String(policy?.duration_months || 12),
    hold: String(policy?.hold_period_days ?? 15),
    approval: policy?.approval ?? 'automatic',
    product: policy?.product_id ?? '',
    excludeTax: policy?.exclude_tax ?? false,
    excludeShipping: policy?.exclude_shipping ?? false,
    min: amount(policy?.min_cents),
    max: amount(policy?.max_cents),
    cap: amount(policy?.customer_cap_cents),
    tiers: (policy?.tiers ?? []).map((tier, key) => ({
      key,
      from: amount(tier.from_cents),
      pay: tier.rate_bps === undefined ? amount(tier.fixed_cents) : percent(tier.rate_bps),
    })),
    from: '',
  };
}

/** As the server takes it: what a type does not have is left out, and so is what was not filled in. */
export function requestOf(draft: Draft, currency: string): AddPolicyRequest {
  const { type } = draft;
  const isRate = draft.pays === 'rate' && !isFixedType(type);
  const bps = (percent: string) => Math.round(Number(percent) * 100);
  const amount = (text: string) => (text.trim() === '' ? undefined : minorOf(text, currency));
  const min = amount(draft.min);
  const max = amount(draft.max);
  const cap = amount(draft.cap);
  return {
    type,
    ...(isRate ? { rate_bps: bps(draft.rate) } : { fixed_cents: minorOf(draft.fixed, currency) }),
    ...(type === 'cps_recurring' ? { duration_months: Number(draft.months) } : {}),
    hold_period_days: Number(draft.hold),
    approval: draft.approval,
    ...(draft.product.trim() === '' ? {} : { product_id: draft.product.trim() }),
    ...(isFixedType(type)
      ? {}
      : {
          exclude_tax: draft.excludeTax,
          exclude_shipping: draft.excludeShipping,
          ...(min === undefined ? {} : { min_cents: min }),
          ...(max === undefined ? {} : { max_cents: max }),
          ...(cap === undefined ? {} : { customer_cap_cents: cap }),
          tiers: draft.tiers.map(({ from, pay }) => ({
            from_cents: minorOf(from, currency),
            ...(isRate ? { rate_bps: bps(pay) } : { fixed_cents: minorOf(pay, currency) }),
          })),
        }),
    ...(draft.from === '' ? {} : { effective_from: `${draft.from}T00:00:00Z` }),
  };
}

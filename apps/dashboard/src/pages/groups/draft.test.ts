import type { PolicyRecord } from '@headwater/contract';
import { beforeAll, describe, expect, it, vi } from 'vitest';

// The formats of a page are those of its browser.
vi.stubGlobal('navigator', { language: 'en-US' });
let draftOf: typeof import('./draft.ts').draftOf;
let requestOf: typeof import('./draft.ts').requestOf;
beforeAll(async () => {
  ({ draftOf, requestOf } = await import('./draft.ts'));
});

const policy: PolicyRecord = {
  ...{ id: 1, group_id: 1, version: 1, type: 'cps_recurring', rate_bps: 1250, fixed_cents: null },
  ...{ currency: 'USD', duration_months: 6, hold_period_days: 30, approval: 'manual', product_id: null },
  ...{
    exclude_tax: true,
    exclude_shipping: false,
    min_cents: 105,
    max_cents: null,
    customer_cap_cents: null,
  },
  tiers: [{ from_cents: 1_000_000, rate_bps: 3000 }],
  ...{ effective_from: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' },
};

describe('terms in a form', () => {
  it('come back as they were', () => {
    expect(requestOf(draftOf(policy), 'USD')).toEqual({
      ...{ type: 'cps_recurring', rate_bps: 1250, duration_months: 6, hold_period_days: 30 },
      ...{ approval: 'manual', exclude_tax: true, exclude_shipping: false, min_cents: 105 },
      tiers: [{ from_cents: 1_000_000, rate_bps: 3000 }],
    });
  });

  it('say nothing that their type does not have', () => {
    const draft = { ...draftOf(policy), type: 'cpl' as const, fixed: '2.30', from: '2026-05-01' };
    expect(requestOf(draft, 'USD')).toEqual({
      ...{ type: 'cpl', fixed_cents: 230, hold_period_days: 30, approval: 'manual' },
      effective_from: '2026-05-01T00:00:00Z',
    });
  });

  it('are in the minor units of their currency, without a cent lost to fractions', () => {
    const draft = { ...draftOf(policy), pays: 'fixed' as const, min: '', tiers: [] };
    expect(requestOf({ ...draft, fixed: '1.15' }, 'USD')).toMatchObject({ fixed_cents: 115 });
    expect(requestOf({ ...draft, fixed: '1200' }, 'JPY')).toMatchObject({ fixed_cents: 1200 });
    expect(requestOf({ ...draft, pays: 'rate', rate: '16.1' }, 'USD')).toMatchObject({ rate_bps: 1610 });
  });
});

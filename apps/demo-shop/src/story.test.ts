import { describe, expect, it } from 'vitest';
import type { Explanation, LedgerEntry } from './headwater.ts';
import { groupByPosting, keptCommission, sumOf, tellStory } from './story.ts';

const at = '2026-03-01T12:00:00.000Z';
const later = '2026-03-02T12:00:00.000Z';

const entry = (account: string, amount_cents: number, moment = at): LedgerEntry => ({
  entry_id: 1,
  account,
  partner_id: account.startsWith('partner_') || account === 'commission_expense' ? 2 : null,
  amount_cents,
  currency: 'USD',
  at: moment,
});

const explanation: Explanation = {
  payment: { id: 1, amount_cents: 4900, refunded_cents: 2450, currency: 'USD', occurred_at: at },
  attribution: {
    attributed: true,
    reason: null,
    model: 'last_click',
    window_days: 60,
    method: 'customer_key',
    evidence: [{ kind: 'customer_key', value: 'user_1', at }],
    candidates: [
      { click_id: 'b', partner_id: 2, clicked_at: '2026-03-01T11:00:00Z', outcome: 'won', reason: null },
      {
        click_id: 'a',
        partner_id: 1,
        clicked_at: '2026-03-01T10:00:00Z',
        outcome: 'lost',
        reason: 'older_click',
      },
    ],
  },
  visit: { matched_by: 'session', channel: 'affiliate', landing_page: 'https://shop.example/?aff=ben&x=1' },
  policy: {
    version: 1,
    group: 'Default',
    type: 'cps_recurring',
    rate_bps: 2000,
    duration_months: 12,
    effective_from: at,
  },
  arithmetic: [{ step: 'commission', text: '4900 × 2000 / 10000', result: 980 }],
  commission: {
    id: 1,
    partner_id: 2,
    status: 'refunded',
    amount_cents: 980,
    currency: 'USD',
    hold_until: later,
  },
  ledger: [
    entry('customer_receipts', 4900),
    entry('revenue_attributed', -4900),
    entry('commission_expense', 980),
    entry('partner_pending', -980),
    entry('customer_receipts', -2450, later),
    entry('revenue_attributed', 2450, later),
    entry('commission_expense', -490, later),
    entry('partner_pending', 490, later),
  ],
};
const nameOf = (partnerId: number) => (partnerId === 2 ? 'Ben' : 'Anna');

describe('tellStory', () => {
  it('tells clicks in the order they came, who won and why the other lost, and the reckoning', () => {
    expect(
      tellStory(explanation, nameOf).map(({ title, detail, verdict }) => [title, detail, verdict]),
    ).toEqual([
      ['Arrived', 'On /?aff=ben.', null],
      ['Clicked Anna’s link', 'Not credited: a later click came after it.', 'lost'],
      ['Clicked Ben’s link', 'This click is credited.', 'won'],
      ['Paid', '$49.00', null],
      ['Recognised', 'By the customer key of the sign-up: user_1', null],
      ['Decided', 'The last click wins, within 60 days.', null],
      ['Terms', 'Group Default, version 1: 20 % on every payment of the first 12 months.', null],
      ['Commission', '4900 × 2000 / 10000 = 980, which is $9.80.', null],
      ['Refunded', '$24.50 went back, so $4.90 of the commission stays.', null],
    ]);
  });

  it('says why nobody was credited', () => {
    const attribution = { ...explanation.attribution, attributed: false, reason: 'no_touch', candidates: [] };
    const organic = {
      ...explanation,
      attribution,
      visit: null,
      policy: null,
      arithmetic: [],
      commission: null,
    };
    expect(tellStory(organic as Explanation, nameOf).at(-1)?.detail).toBe(
      'No partner is credited: no partner’s link led here before the payment.',
    );
  });
});

it('reads what is left of a commission, and what each posting was for, from the ledger', () => {
  expect(keptCommission(explanation)).toBe(490);
  expect(sumOf(explanation.ledger)).toBe(0);
  expect(
    groupByPosting(explanation.ledger).map(({ occasion, entries }) => [occasion, sumOf(entries)]),
  ).toEqual([
    ['payment', 0],
    ['refund', 0],
  ]);
});

import { describe, expect, it } from 'vitest';
import { type Credit, type Decision, decide, type Question, type Touch } from './index.ts';

const paidAt = new Date('2026-03-01T12:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;
const [anna, ben, cleo] = [1, 2, 3];

const clicked = (partnerId: number, daysAgo: number, more: Partial<Touch> = {}): Touch => ({
  clickId: `clk_${partnerId}_${daysAgo}`,
  partnerId,
  clickedAt: new Date(paidAt.getTime() - daysAgo * dayMs),
  enrolled: true,
  ...more,
});
const creditOf = ({ clickId, partnerId }: Touch, weight = 1n): Credit => ({ clickId, partnerId, weight });

const ask = (touches: Touch[], more: Partial<Question> = {}): Decision =>
  decide({
    model: 'last_click',
    windowDays: 60,
    paidAt,
    touches,
    bound: null,
    followed: null,
    named: null,
    enrolledPartners: new Set([anna, ben, cleo]),
    ...more,
  });

const outcomes = (decision: Decision) =>
  decision.candidates.map(({ clickId, reason, outcome }) => `${clickId} ${reason ?? outcome}`);

describe('last click', () => {
  it('credits the last partner; the earlier click is told it is older', () => {
    const decision = ask([clicked(anna, 20), clicked(ben, 3)]);
    expect(decision).toMatchObject({ attributed: true, bound: false, credits: [creditOf(clicked(ben, 3))] });
    expect(outcomes(decision)).toEqual(['clk_2_3 won', 'clk_1_20 older_click']);
  });

  it('passes over a click after the payment and a partner no longer enrolled', () => {
    const decision = ask([clicked(anna, 5), clicked(ben, 2, { enrolled: false }), clicked(cleo, -1)]);
    expect(outcomes(decision)).toEqual([
      'clk_3_-1 after_payment',
      'clk_2_2 partner_not_enrolled',
      'clk_1_5 won',
    ]);
  });

  it('counts a click at the instant of the payment', () => {
    expect(ask([clicked(anna, 0)])).toMatchObject({ attributed: true, credits: [{ partnerId: anna }] });
  });

  it('breaks a tie in time by the greater click id', () => {
    const decision = ask([clicked(ben, 1, { clickId: 'clk_b' }), clicked(anna, 1, { clickId: 'clk_a' })]);
    expect(outcomes(decision)).toEqual(['clk_b won', 'clk_a older_click']);
  });

  it('counts a click that is given twice once', () => {
    expect(outcomes(ask([clicked(anna, 1), clicked(anna, 1)]))).toEqual(['clk_1_1 won']);
  });

  it('says how old each click was in whole days, rounded down', () => {
    const decision = ask([clicked(anna, 1.99), clicked(ben, 0), clicked(cleo, -0.01)]);
    expect(decision.candidates.map(({ ageDays }) => ageDays)).toEqual([-1, 0, 1]);
  });
});

describe('first click and linear', () => {
  it('first click credits the oldest click inside the window', () => {
    const decision = ask([clicked(anna, 61), clicked(ben, 59), clicked(cleo, 1)], { model: 'first_click' });
    expect(outcomes(decision)).toEqual(['clk_3_1 newer_click', 'clk_2_59 won', 'clk_1_61 outside_window']);
  });

  it('linear credits every click inside the window alike, one credit a click', () => {
    const touches = [clicked(anna, 61), clicked(anna, 30), clicked(ben, 20), clicked(anna, 1)];
    const decision = ask(touches, { model: 'linear' });
    expect(decision).toMatchObject({
      credits: [creditOf(clicked(anna, 1)), creditOf(clicked(ben, 20)), creditOf(clicked(anna, 30))],
    });
    expect(outcomes(decision)).toEqual([
      'clk_1_1 won',
      'clk_2_20 won',
      'clk_1_30 won',
      'clk_1_61 outside_window',
    ]);
  });
});

describe('nobody to credit', () => {
  it('no click at all, or only after the payment: no_touch', () => {
    expect(ask([])).toEqual({ attributed: false, reason: 'no_touch', clickAgeDays: null, candidates: [] });
    expect(ask([clicked(anna, -2)])).toMatchObject({ reason: 'no_touch' });
  });

  it('only clicks of partners no longer enrolled: partner_not_enrolled', () => {
    const decision = ask([clicked(anna, 2, { enrolled: false }), clicked(ben, -2)]);
    expect(decision).toMatchObject({ attributed: false, reason: 'partner_not_enrolled', clickAgeDays: null });
    expect(outcomes(decision)).toEqual(['clk_2_-2 after_payment', 'clk_1_2 partner_not_enrolled']);
  });

  it('a click of 75 days under a window of 60: attribution_window_expired, with the age of the newest', () => {
    const decision = ask([clicked(anna, 75.9), clicked(ben, 80), clicked(cleo, 3, { enrolled: false })]);
    expect(decision).toMatchObject({ reason: 'attribution_window_expired', clickAgeDays: 75 });
    expect(outcomes(decision)).toEqual([
      'clk_3_3 partner_not_enrolled',
      'clk_1_75.9 outside_window',
      'clk_2_80 outside_window',
    ]);
  });
});

describe('a bound customer', () => {
  const bound = { credits: [creditOf(clicked(anna, 300))] };

  it('stays with the partner: later clicks do not move it, the window does not cut it', () => {
    const decision = ask([clicked(anna, 300), clicked(ben, 1)], { bound });
    expect(decision).toMatchObject({ attributed: true, bound: true, credits: bound.credits });
    expect(outcomes(decision)).toEqual(['clk_2_1 customer_bound', 'clk_1_300 won']);
  });

  it('stays unattributed once the partner has left; the newer click does not step in', () => {
    const touches = [clicked(anna, 300, { enrolled: false }), clicked(ben, 1)];
    const decision = ask(touches, { bound, enrolledPartners: new Set([ben]) });
    expect(decision).toMatchObject({ attributed: false, reason: 'partner_not_enrolled', clickAgeDays: null });
    expect(outcomes(decision)).toEqual(['clk_2_1 customer_bound', 'clk_1_300 partner_not_enrolled']);
  });

  it('under linear is left to the partners who stayed', () => {
    const credits = [creditOf(clicked(anna, 300)), creditOf(clicked(ben, 299), 2n)];
    const decision = ask([], { bound: { credits }, enrolledPartners: new Set([ben]) });
    expect(decision).toMatchObject({ credits: [creditOf(clicked(ben, 299), 2n)] });
  });

  it('by a partner code, without a click: no candidate wins', () => {
    const credits = [{ clickId: null, partnerId: anna, weight: 1n }];
    const decision = ask([clicked(ben, 1), clicked(ben, -1)], { bound: { credits } });
    expect(decision).toMatchObject({ attributed: true, credits });
    expect(outcomes(decision)).toEqual(['clk_2_-1 after_payment', 'clk_2_1 customer_bound']);
  });

  it('keeps its click the winner for a payment recorded late that was made before it', () => {
    const decision = ask([clicked(anna, -1)], { bound: { credits: [creditOf(clicked(anna, -1))] } });
    expect(outcomes(decision)).toEqual(['clk_1_-1 won']);
  });
});

describe('a later payment of a subscription whose customer is unbound', () => {
  it('has the credits of the first', () => {
    const credits = [creditOf(clicked(anna, 100))];
    const decision = ask([clicked(anna, 100), clicked(ben, 1)], { followed: { attributed: true, credits } });
    expect(decision).toMatchObject({ attributed: true, bound: false, credits });
    expect(outcomes(decision)).toEqual(['clk_2_1 customer_bound', 'clk_1_100 won']);
  });

  it('loses them when the partner has left', () => {
    const followed = { attributed: true as const, credits: [creditOf(clicked(anna, 100))] };
    const decision = ask([clicked(ben, 1)], { followed, enrolledPartners: new Set([ben]) });
    expect(decision).toMatchObject({ attributed: false, reason: 'partner_not_enrolled' });
  });

  it('stays unattributed like the first, with the age the click had then', () => {
    const followed = {
      attributed: false as const,
      reason: 'attribution_window_expired' as const,
      clickAgeDays: 75,
    };
    const decision = ask([clicked(anna, 105), clicked(ben, 1)], { followed });
    expect(decision).toMatchObject({ reason: 'attribution_window_expired', clickAgeDays: 75 });
    expect(outcomes(decision)).toEqual(['clk_2_1 customer_bound', 'clk_1_105 outside_window']);
  });
});

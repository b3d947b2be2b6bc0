import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Credit, type Decision, decide, type Model, type Question, type Touch } from './index.ts';

const paidAt = new Date('2026-03-01T12:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;
const msAgo = (ms: number) => new Date(paidAt.getTime() - ms);

// Few partners and coarse times, so that ties, repeated partners and window edges come up often.
const partners = [1, 2, 3, 4];
const age = fc.oneof(
  fc.integer({ min: -20, max: 120 }).map((days) => days * dayMs),
  fc.integer({ min: -20 * dayMs, max: 120 * dayMs }),
);

/** A question whose touches agree with `enrolledPartners`. */
const question = (models: Model[], enrolment = fc.subarray(partners)): fc.Arbitrary<Question> =>
  fc
    .record({
      model: fc.constantFrom(...models),
      windowDays: fc.integer({ min: 1, max: 90 }),
      enrolled: enrolment,
      clicks: fc.array(fc.record({ partnerId: fc.constantFrom(...partners), age }), { maxLength: 12 }),
    })
    .map(({ model, windowDays, enrolled, clicks }) => ({
      model,
      windowDays,
      paidAt,
      touches: clicks.map((click, index) => ({
        clickId: `clk_${index}`,
        partnerId: click.partnerId,
        clickedAt: msAgo(click.age),
        enrolled: enrolled.includes(click.partnerId),
      })),
      bound: null,
      followed: null,
      named: null,
      enrolledPartners: new Set(enrolled),
    }));

const anyModel: Model[] = ['last_click', 'first_click', 'linear'];
const credits: fc.Arbitrary<Credit[]> = fc.array(
  fc.record({
    clickId: fc.option(fc.integer({ min: 0, max: 11 }).map((index) => `clk_${index}`)),
    partnerId: fc.constantFrom(...partners),
    weight: fc.bigInt({ min: 1n, max: 5n }),
  }),
  { minLength: 1, maxLength: 4 },
);

const creditsOf = (decision: Decision) => (decision.attributed ? decision.credits : []);
const won = (decision: Decision) => decision.candidates.filter(({ outcome }) => outcome === 'won');
const isEligible = (touch: Touch) => touch.enrolled && touch.clickedAt <= paidAt;
const isInside = (asked: Question, touch: Touch) =>
  isEligible(touch) && touch.clickedAt >= msAgo(asked.windowDays * dayMs);

describe('laws of attribution', () => {
  it('every touch is a candidate exactly once, newest first, and the winners are the credits', () => {
    fc.assert(
      fc.property(question(anyModel), (asked) => {
        const decision = decide(asked);
        expect(decision.candidates.map(({ clickId }) => clickId).sort()).toEqual(
          asked.touches.map(({ clickId }) => clickId).sort(),
        );
        const times = decision.candidates.map(({ clickedAt }) => clickedAt.getTime());
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(won(decision).map(({ clickId }) => clickId)).toEqual(
          creditsOf(decision).map(({ clickId }) => clickId),
        );
        for (const { outcome, reason } of decision.candidates)
          expect(reason === null).toBe(outcome === 'won');
      }),
    );
  });

  it('a payment is attributed if and only if an enrolled click is inside the window', () => {
    fc.assert(
      fc.property(question(anyModel), (asked) => {
        expect(decide(asked).attributed).toBe(asked.touches.some((touch) => isInside(asked, touch)));
      }),
    );
  });

  it('the order of the touches never matters', () => {
    const shuffled = question(anyModel).chain((asked) =>
      fc.tuple(
        fc.constant(asked),
        fc.shuffledSubarray([...asked.touches], { minLength: asked.touches.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([asked, touches]) => {
        expect(decide({ ...asked, touches })).toEqual(decide(asked));
      }),
    );
  });

  it('exactly one click wins under last and first click, and it is the newest or oldest inside', () => {
    fc.assert(
      fc.property(question(['last_click', 'first_click']), (asked) => {
        const decision = decide(asked);
        const times = asked.touches
          .filter((touch) => isInside(asked, touch))
          .map((t) => t.clickedAt.getTime());
        fc.pre(times.length > 0);
        const best = asked.model === 'last_click' ? Math.max(...times) : Math.min(...times);
        expect(won(decision).map(({ clickedAt }) => clickedAt.getTime())).toEqual([best]);
        expect(creditsOf(decision)).toHaveLength(1);
      }),
    );
  });

  it('every click inside wins under linear, all with one weight', () => {
    fc.assert(
      fc.property(question(['linear']), (asked) => {
        const inside = asked.touches.filter((touch) => isInside(asked, touch));
        expect(won(decide(asked))).toHaveLength(inside.length);
        expect(creditsOf(decide(asked)).every(({ weight }) => weight === 1n)).toBe(true);
      }),
    );
  });

  it('taking away a loser never changes who wins', () => {
    fc.assert(
      fc.property(question(anyModel), fc.nat(), (asked, pick) => {
        const decision = decide(asked);
        const losers = decision.candidates.filter(({ outcome }) => outcome === 'lost');
        const loser = losers[pick % losers.length];
        fc.pre(decision.attributed && loser !== undefined);
        const touches = asked.touches.filter(({ clickId }) => clickId !== loser?.clickId);
        expect(creditsOf(decide({ ...asked, touches }))).toEqual(creditsOf(decision));
      }),
    );
  });

  it('an older click never changes last click, a newer one never first click', () => {
    const windowDays = 365; // so that the added click is inside, and loses by its age alone
    const older = { clickId: 'clk_older', partnerId: 4, clickedAt: msAgo(121 * dayMs), enrolled: true };
    // At the instant of the payment others may tie; the greater id is the newer click.
    const newer = { clickId: 'clk_z', partnerId: 4, clickedAt: paidAt, enrolled: true };
    fc.assert(
      fc.property(question(['last_click', 'first_click']), (some) => {
        const asked = { ...some, windowDays };
        const before = decide(asked);
        fc.pre(before.attributed);
        const added = asked.model === 'last_click' ? older : newer;
        const after = decide({ ...asked, touches: [...asked.touches, added] });
        expect(creditsOf(after)).toEqual(creditsOf(before));
      }),
    );
  });

  it('the window includes its edge and ends one millisecond later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 365 }), fc.constantFrom(...anyModel), (windowDays, model) => {
        const asked = (ageMs: number): Question => ({
          model,
          windowDays,
          paidAt,
          touches: [{ clickId: 'clk_1', partnerId: 1, clickedAt: msAgo(ageMs), enrolled: true }],
          bound: null,
          followed: null,
          named: null,
          enrolledPartners: new Set([1]),
        });
        expect(decide(asked(windowDays * dayMs)).attributed).toBe(true);
        expect(decide(asked(windowDays * dayMs + 1))).toMatchObject({
          attributed: false,
          reason: 'attribution_window_expired',
          clickAgeDays: windowDays,
        });
      }),
    );
  });

  it('a partner who left never gets credit', () => {
    fc.assert(
      fc.property(question(anyModel), fc.option(credits), fc.option(credits), (asked, bound, followed) => {
        const decision = decide({
          ...asked,
          bound: bound && { credits: bound },
          followed: followed && { attributed: true, credits: followed },
        });
        for (const { partnerId } of creditsOf(decision)) {
          expect(asked.enrolledPartners.has(partnerId)).toBe(true);
        }
        expect(decision.attributed).toBe(creditsOf(decision).length > 0);
      }),
    );
  });

  it('a binding beats everything: clicks, window, model and subscription', () => {
    fc.assert(
      fc.property(question(anyModel, fc.constant(partners)), credits, credits, (asked, bound, followed) => {
        const decision = decide({
          ...asked,
          bound: { credits: bound },
          followed: { attributed: true, credits: followed },
        });
        expect(decision).toMatchObject({ attributed: true, bound: true, credits: bound });
        const boundClicks = bound.map(({ clickId }) => clickId);
        for (const { clickId, outcome } of decision.candidates) {
          expect(outcome === 'won').toBe(boundClicks.includes(clickId));
        }
      }),
    );
  });

  it('a followed subscription beats the clicks, attributed or not', () => {
    fc.assert(
      fc.property(question(anyModel, fc.constant(partners)), credits, (asked, first) => {
        const same = decide({ ...asked, followed: { attributed: true, credits: first } });
        expect(same).toMatchObject({ attributed: true, bound: false, credits: first });
        const none = { attributed: false, reason: 'no_touch', clickAgeDays: null } as const;
        expect(decide({ ...asked, followed: none })).toMatchObject(none);
      }),
    );
  });
});

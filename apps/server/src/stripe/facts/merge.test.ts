import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeFacts, mergePayer } from './merge.ts';
import type { ObjectFacts } from './object-facts.ts';

const small = fc.integer({ min: 0, max: 2 });
const byKey = fc.dictionary(fc.constantFrom('a', 'b', 'c'), small);
const facts: fc.Arbitrary<ObjectFacts> = fc.record({
  best: fc.option(
    fc.record({ rank: small, at: small, data: fc.dictionary(fc.constantFrom('status', 'amount'), small) }),
  ),
  min: byKey,
  max: byKey,
  said: byKey,
});

describe('merging facts of one object', () => {
  it('does not depend on order or grouping, and repeating changes nothing', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        const text = (one: ObjectFacts) => JSON.stringify(one, (_, value) => sorted(value));
        expect(text(mergeFacts(a, b))).toBe(text(mergeFacts(b, a)));
        expect(text(mergeFacts(mergeFacts(a, b), c))).toBe(text(mergeFacts(a, mergeFacts(b, c))));
        expect(text(mergeFacts(mergeFacts(a, b), b))).toBe(text(mergeFacts(a, b)));
      }),
    );
  });

  it('a paid invoice stays paid when an open one of the same second is told later', () => {
    const at = 1_700_000_000;
    const told = (rank: number, status: string): ObjectFacts => ({
      best: { rank, at, data: { status } },
      ...{ min: {}, max: {}, said: {} },
    });
    const [paid, open] = [told(3, 'paid'), told(1, 'open')];
    expect(mergeFacts(paid, open).best?.data.status).toBe('paid');
    expect(mergeFacts(open, paid).best?.data.status).toBe('paid');
  });

  it('a guest’s session that names a customer later is that customer’s', () => {
    expect(mergePayer('cs_1', 'cus_1', 'cs_1')).toBe('cus_1');
    expect(mergePayer('cus_1', 'cs_1', 'cs_1')).toBe('cus_1');
    expect(mergePayer(null, 'cs_1', 'cs_1')).toBe('cs_1');
  });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

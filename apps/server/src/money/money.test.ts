import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bpsOf, type Currency, currencyDecimals, parseCurrency, shareOf, split, toMajor } from './index.ts';

const currency = (code: string): Currency => {
  const parsed = parseCurrency(code);
  if (!parsed) throw new Error(`unknown currency ${code}`);
  return parsed;
};
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const magnitude = (value: bigint) => (value < 0n ? -value : value);

const amount = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 12n });
const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 20 });

describe('currency', () => {
  it.each([
    ['usd', 'USD', 2],
    ['Jpy', 'JPY', 0],
    ['UGX', 'UGX', 0],
    ['KWD', 'KWD', 3],
    ['tnd', 'TND', 3],
    ['CLF', 'CLF', 4],
    ['UYW', 'UYW', 4],
    ['CHE', 'CHE', 2],
    ['BGN', 'BGN', 2],
  ])('reads %s as %s with %i decimals', (text, code, decimals) => {
    expect(parseCurrency(text)).toBe(code);
    expect(currencyDecimals(currency(text))).toBe(decimals);
  });

  it.each([
    ['not a code', 'ZZZ'],
    ['too short', 'US'],
    ['too long', 'USDT'],
    ['empty', ''],
    ['spaces around', ' USD '],
    ['a line end', 'USD\n'],
    ['a metal, without minor unit', 'XAU'],
    ['the test code', 'XTS'],
    ['no currency', 'XXX'],
    ['a withdrawn code of old', 'DEM'],
    ['a letter whose upper case is ASCII', 'uſd'],
    ['a dotless i', 'ıqd'],
    ['an object key', 'constructor'],
    ['a number', 840],
    ['null', null],
    ['an array', ['USD']],
  ])('refuses %s', (_what, text) => {
    expect(parseCurrency(text)).toBeUndefined();
  });
});

describe('half-even rounding', () => {
  it.each([
    [25n, 2n], // 2.5
    [35n, 4n], // 3.5
    [24n, 2n],
    [26n, 3n],
    [5n, 0n], // 0.5
    [15n, 2n], // 1.5
  ])('%s tenths is %s, and mirrored below zero', (tenths, rounded) => {
    expect(shareOf(tenths, 1n, 10n)).toBe(rounded);
    expect(shareOf(-tenths, 1n, 10n)).toBe(-rounded);
    expect(shareOf(tenths, -1n, 10n)).toBe(-rounded);
    expect(shareOf(tenths, 1n, -10n)).toBe(-rounded);
    expect(shareOf(-tenths, 1n, -10n)).toBe(rounded);
  });

  it("takes 20 % of 9999 as 2000, the contract's example", () => {
    expect(bpsOf(9999n, 2000)).toBe(2000n);
  });

  it('refuses a zero denominator and a fraction of a basis point', () => {
    expect(() => shareOf(1n, 1n, 0n)).toThrow(RangeError);
    expect(() => bpsOf(100n, 12.5)).toThrow(RangeError);
  });

  it('is never more than half a cent off, and even when exactly half', () => {
    fc.assert(
      fc.property(amount, fc.bigInt({ min: 0n, max: 20_000n }), positive, (whole, numerator, denominator) => {
        const share = shareOf(whole, numerator, denominator);
        const doubledError = magnitude(2n * (share * denominator - whole * numerator));
        expect(doubledError <= denominator).toBe(true);
        if (doubledError === denominator) expect(share % 2n).toBe(0n);
      }),
    );
  });

  it('never falls when the numerator grows', () => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (whole, one, other, denominator) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(shareOf(whole, low, denominator) <= shareOf(whole, high, denominator)).toBe(true);
      }),
    );
  });
});

describe('split', () => {
  it('gives left-over cents to the largest remainder, the earlier one when they tie', () => {
    expect(split(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(split(200n, [1n, 1n, 1n])).toEqual([67n, 67n, 66n]);
    expect(split(10n, [1n, 2n, 1n])).toEqual([3n, 5n, 2n]);
    expect(split(100n, [1n, 6n])).toEqual([14n, 86n]);
  });

  it('gives zero weights nothing, unless all are zero', () => {
    expect(split(101n, [0n, 1n, 0n, 1n])).toEqual([0n, 51n, 0n, 50n]);
    expect(split(101n, [0n, 0n])).toEqual([51n, 50n]);
  });

  it('splits nothing into nothing, and refuses what it cannot split', () => {
    expect(split(0n, [])).toEqual([]);
    expect(split(0n, [3n, 4n])).toEqual([0n, 0n]);
    expect(() => split(1n, [])).toThrow(RangeError);
    expect(() => split(1n, [2n, -1n])).toThrow(RangeError);
  });

  it('loses no cent', () => {
    fc.assert(
      fc.property(amount, weights, (whole, parts) => {
        expect(sum(split(whole, parts))).toBe(whole);
      }),
    );
  });

  it('mirrors negative amounts', () => {
    fc.assert(
      fc.property(amount, weights, (whole, parts) => {
        expect(split(-whole, parts)).toEqual(split(whole, parts).map((share) => -share));
      }),
    );
  });

  it('stays within one cent of the exact part, and gives a zero weight nothing', () => {
    fc.assert(
      fc.property(amount, weights, (whole, parts) => {
        const total = sum(parts);
        fc.pre(total > 0n);
        split(whole, parts).forEach((share, index) => {
          const weight = parts[index] ?? 0n;
          expect(magnitude(share * total - whole * weight) < total).toBe(true);
          if (weight === 0n) expect(share).toBe(0n);
        });
      }),
    );
  });

  it('never gives a heavier part less than a lighter one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), weights, (whole, parts) => {
        const heaviestFirst = [...parts].sort((a, b) => (a === b ? 0 : a > b ? -1 : 1));
        const shares = split(whole, heaviestFirst);
        shares.slice(1).forEach((share, index) => {
          expect(share <= (shares[index] ?? 0n)).toBe(true);
        });
      }),
    );
  });
});

describe('toMajor', () => {
  it.each([
    [2500n, 'USD', '25'],
    [500n, 'USD', '5'],
    [1n, 'USD', '0.01'],
    [29n, 'USD', '0.29'],
    [-2505n, 'USD', '-25.05'],
    [0n, 'USD', '0'],
    [2500n, 'JPY', '2500'],
    [5124n, 'KWD', '5.124'],
    [12345n, 'CLF', '1.2345'],
    [100_000_000_000_001n, 'USD', '1000000000000.01'],
  ])('%s %s is %s in JSON', (minor, code, json) => {
    expect(JSON.stringify(toMajor(minor, currency(code)))).toBe(json);
  });

  it('prints exactly the decimal meant', () => {
    fc.assert(
      fc.property(amount, (minor) => {
        expect(toMajor(minor, currency('USD')).toFixed(2)).toBe(decimalText(minor));
      }),
    );
  });

  function decimalText(minor: bigint): string {
    const digits = magnitude(minor).toString().padStart(3, '0');
    return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }
});

import { describe, expect, it } from 'vitest';
import { placeKept } from './place-kept.ts';

const fresh = { keptMinor: 1000n, atRiskMinor: 0n, invoicedMinor: 0n, paidMinor: 0n, released: false };

describe('where the kept part of a commission stands', () => {
  it.each([
    ['in its hold', {}, [1000n, 0n, 0n]],
    ['approved', { released: true }, [0n, 1000n, 0n]],
    ['paid out', { released: true, paidMinor: 1000n }, [0n, 0n, 0n]],
    ['contested in its hold', { atRiskMinor: 400n }, [600n, 0n, 400n]],
    ['contested whole, approved', { released: true, atRiskMinor: 1000n }, [0n, 0n, 1000n]],
    [
      'contested, but paid out: nothing is left to hold',
      { paidMinor: 1000n, atRiskMinor: 1000n },
      [0n, 0n, 0n],
    ],
    ['taken back after the payout: a debt', { keptMinor: 0n, paidMinor: 1000n }, [0n, -1000n, 0n]],
    ['billed', { released: true, invoicedMinor: 1000n }, [0n, 0n, 0n]],
    [
      'partly taken back after it was billed: a credit to come',
      { released: true, keptMinor: 700n, invoicedMinor: 1000n },
      [0n, -300n, 0n],
    ],
    [
      'taken back and credited after the payout: nothing more to credit',
      { released: true, keptMinor: 0n, invoicedMinor: -1000n, paidMinor: 1000n },
      [0n, 0n, 0n],
    ],
    [
      'billed, then contested: held, and to be credited',
      { released: true, invoicedMinor: 1000n, atRiskMinor: 400n },
      [0n, -400n, 400n],
    ],
    ['partly paid out and contested', { paidMinor: 700n, atRiskMinor: 1000n }, [0n, 0n, 300n]],
  ])('%s', (_name, state, [pendingMinor, approvedMinor, disputedMinor]) => {
    expect(placeKept({ ...fresh, ...state })).toEqual({ pendingMinor, approvedMinor, disputedMinor });
  });
});

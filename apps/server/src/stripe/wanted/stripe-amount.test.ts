import { describe, expect, it } from 'vitest';
import { toMajor } from '../../money/index.ts';
import { fromStripe, readStripeCurrency, toStripe } from './stripe-amount.ts';

// Bug 26 of others (polarsource/polar#11557, woocommerce-gateway-stripe#2674, Shopify/money#258): UGX, ISK and HUF.
describe('amounts as Stripe writes them', () => {
  it.each([
    ['ugx', 500, 5],
    ['isk', 500, 5],
    ['huf', 500, 5],
    ['twd', 500, 5],
    ['jpy', 500, 500],
    ['mga', 500, 500],
    ['kwd', 5120, 5.12],
    ['usd', 1999, 19.99],
  ])('%s %d is %d, and back', (code, amount, major) => {
    const currency = readStripeCurrency(code);
    expect(toMajor(fromStripe(amount, currency), currency)).toBe(major);
    expect(toStripe(fromStripe(amount, currency), currency)).toBe(amount);
  });

  it('an unknown currency raises', () => {
    expect(() => readStripeCurrency('xyz')).toThrow('the currency xyz is not known');
    expect(() => readStripeCurrency(null)).toThrow('is not known');
  });
});

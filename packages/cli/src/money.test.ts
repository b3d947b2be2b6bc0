import { expect, it } from 'vitest';
import { money } from './money.ts';

it.each([
  [9999, 'USD', '99.99 USD'],
  [-5, 'EUR', '-0.05 EUR'],
  [0, 'USD', '0.00 USD'],
  [1200, 'JPY', '1200 JPY'],
  [1234, 'KWD', '1.234 KWD'],
  [12_345, 'CLF', '1.2345 CLF'],
])('%d %s is %s', (minor, currency, text) => {
  expect(money(minor, currency)).toBe(text);
});

import { beforeAll, expect, it, vi } from 'vitest';

let format: typeof import('./format.ts');
beforeAll(async () => {
  vi.stubGlobal('navigator', { language: 'en-US' });
  format = await import('./format.ts');
  vi.unstubAllGlobals();
});

it('the marks of an axis have cents only where there are some', () => {
  const marks = [0, 50, 100_000, 2_500_000].map((minor) => format.axisMoney(minor, 'USD'));
  expect(marks).toEqual(['$0', '$0.50', '$1,000', '$25K']);
  expect([0, 1000].map((minor) => format.axisMoney(minor, 'JPY'))).toEqual(['¥0', '¥1,000']);
});

it('a column of amounts has cents in all of its rows or in none', () => {
  const small = format.columnMoney(9_900, 'USD');
  expect([0, 9_900].map(small)).toEqual(['$0.00', '$99.00']);
  const large = format.columnMoney(1_180_000, 'USD');
  expect([1_180_000, 120_050, 99_340].map(large)).toEqual(['$11.8K', '$1,201', '$993']);
});

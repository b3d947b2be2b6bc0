/**
 * Money: bigint minor units and a currency, rounding, and splitting without losing a cent. Pure; imports nothing.
 *
 * Promises: no amount passes through a float, every rounding is half-even and happens in one place, every split sums
 * to what was split. Wrong arguments here are bugs of the caller and throw `RangeError`.
 */
export { type Currency, currencyDecimals, parseCurrency } from './currency.ts';
export { decimalText } from './decimal-text.ts';
export { bpsOf, shareOf } from './rounding.ts';
export { split } from './split.ts';
export { toMajor } from './to-major.ts';

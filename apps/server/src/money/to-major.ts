import { type Currency, currencyDecimals } from './currency.ts';

/**
 * The amount in major units as a JSON number: 2500n USD is 25, 2500n JPY is 2500, 2505n KWD is 2.505. For
 * `deductionAmount` and the performance report only (contract §1, Money); everything else stays in minor units.
 *
 * The decimal is written as text and read back, never divided, so `JSON.stringify` prints exactly the decimal meant,
 * up to the 15 significant digits a double always keeps. Larger amounts become the nearest double.
 */
export function toMajor(amount: bigint, currency: Currency): number {
  return Number(`${amount}e-${currencyDecimals(currency)}`);
}

import { type Currency, currencyDecimals } from './currency.ts';

/** The amount in major units as exact decimal text: 2505n USD is `25.05`, −5n USD is `-0.05`, 2500n JPY is `2500`. */
export function decimalText(amount: bigint, currency: Currency): string {
  const decimals = currencyDecimals(currency);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const sign = amount < 0n ? '-' : '';
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

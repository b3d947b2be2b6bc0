import { type Currency, currencyDecimals, parseCurrency } from '../../money/index.ts';
import { UnreadableEvent } from '../read/fields.ts';

// docs.stripe.com/currencies. Not ISO 4217: ISK and UGX are written with two decimals that are always zero, MGA with none.
const withoutDecimals = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const withThree = new Set('BHD JOD KWD OMR TND'.split(' '));

function stripeDecimals(currency: Currency): number {
  if (withoutDecimals.has(currency)) return 0;
  return withThree.has(currency) ? 3 : 2;
}

export function readStripeCurrency(code: unknown): Currency {
  const currency = parseCurrency(code);
  if (currency === undefined) throw new UnreadableEvent(`the currency ${String(code)} is not known`);
  return currency;
}

/** An amount of ours as Stripe writes it: the way back of {@link fromStripe}. */
export function toStripe(minor: bigint, currency: Currency): number {
  const shift = currencyDecimals(currency) - stripeDecimals(currency);
  return Number(shift >= 0 ? minor / 10n ** BigInt(shift) : minor * 10n ** BigInt(-shift));
}

/**
 * An amount as Stripe writes it, in our minor units. Where Stripe writes more decimals than the currency has, the rest
 * is cut: in a payment it is always zero, in a reckoned tax it may not be.
 */
export function fromStripe(amount: number, currency: Currency): bigint {
  const shift = currencyDecimals(currency) - stripeDecimals(currency);
  const units = BigInt(amount);
  return shift >= 0 ? units * 10n ** BigInt(shift) : units / 10n ** BigInt(-shift);
}

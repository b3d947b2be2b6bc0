/**
 * ISO 4217 codes by the number of decimals of their minor unit (list one, amendments up to 180).
 *
 * In: every active code with a minor unit, funds codes (`CLF`, `CHE`, `USN`, …) too, and the codes withdrawn since
 * 2023, because payments and refunds dated before the withdrawal still arrive and refusing a money fact is the worse
 * mistake. Out: codes without a minor unit (metals `XAU`…, bond units, `XDR`, `XSU`, `XUA`, `XTS`, `XXX`), because an
 * integer amount of them means nothing.
 *
 * These are ISO's decimals, not a payment provider's: Stripe writes `UGX` and `ISK` with two. Whoever translates a
 * provider's words into ours converts.
 */
const codesByDecimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV
    MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    ANG BGN HRK SLL ZWL`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

declare const currencyBrand: unique symbol;

/** An ISO 4217 code, upper-case, known to have a minor unit. Made by `parseCurrency` only. */
export type Currency = string & { readonly [currencyBrand]: 'Currency' };

const decimalsByCode = new Map(
  Object.entries(codesByDecimals).flatMap(([decimals, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(decimals)] as const),
  ),
);

/**
 * Reads a currency code in any case (contract §5.3, `currency`). Anything else, surrounding spaces included, is
 * `undefined`; the caller words the refusal.
 */
export function parseCurrency(text: unknown): Currency | undefined {
  // ASCII letters first: `toUpperCase` also maps letters such as `ı` and `ſ` onto ASCII.
  if (typeof text !== 'string' || !/^[A-Za-z]{3}$/.test(text)) return undefined;
  const code = text.toUpperCase();
  return decimalsByCode.has(code) ? (code as Currency) : undefined;
}

/** Decimals of the currency's minor unit: USD 2, JPY 0, KWD 3, CLF 4. */
export function currencyDecimals(currency: Currency): number {
  const decimals = decimalsByCode.get(currency);
  if (decimals === undefined) throw new RangeError(`not a currency: ${currency}`);
  return decimals;
}

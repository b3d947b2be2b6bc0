/** ISO 4217's minor units, where they are not hundredths. */
const decimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** `99.99 USD`, `1200 JPY`: of an amount in the smallest unit, without a float in between. */
export function money(minor: number, currency: string): string {
  const places = Number(Object.entries(decimals).find(([, codes]) => codes.includes(currency))?.[0] ?? 2);
  const digits = String(Math.abs(minor)).padStart(places + 1, '0');
  const [whole, fraction] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
  return `${minor < 0 ? '-' : ''}${whole}${places === 0 ? '' : `.${fraction}`} ${currency}`;
}

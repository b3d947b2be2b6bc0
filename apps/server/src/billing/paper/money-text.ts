import { decimalText, parseCurrency } from '../../money/index.ts';
import { invariant } from '../../platform/index.ts';

/** An amount as people read it: `-1,234.50 USD`. */
export function moneyText(amount: bigint | number, code: string): string {
  const currency = parseCurrency(code);
  invariant(currency !== undefined, 'an amount in the books has a currency');
  const [whole = '', fraction] = decimalText(BigInt(amount), currency).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${fraction === undefined ? grouped : `${grouped}.${fraction}`} ${currency}`;
}

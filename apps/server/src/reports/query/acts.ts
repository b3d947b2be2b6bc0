import type { ComponentName } from './metrics.ts';
import type { Question } from './question.ts';

/** Those who paid are asked for by themselves: they are no sum, and what is one need not wait for them. */
export function splitActs(names: readonly ComponentName[]): ComponentName[][] {
  const sums = names.filter((name) => name !== 'customers');
  return [
    ...(sums.length > 0 ? [sums] : []),
    ...(sums.length < names.length ? [['customers' as const]] : []),
  ];
}

/** The few kinds of events that a component of acts is made from; money may stand in each of the last four. */
const actTypes: Partial<Record<ComponentName, readonly string[]>> = {
  clicks: ['click'],
  leads: ['lead'],
  payments: ['payment'],
  customers: ['payment'],
  gross: ['payment'],
  refunds: ['refund'],
};
const moneyTypes = ['payment', 'refund', 'commission', 'fee'];

/**
 * Clicks, sign-ups and money, added up by `k0…`, the dimensions as they are stored. A payment that was told anew stands there
 * three times, once with sign -1 and all that was told before: whatever adds up is right whenever any of them arrives.
 */
export function actsOf(
  { money }: Question,
  names: readonly ComponentName[],
  dims: readonly string[],
  where: string,
): string {
  const read = [...new Set(names.flatMap((name) => actTypes[name] ?? moneyTypes))];
  const types = `type in (${read.map((type) => `'${type}'`).join(', ')}) and is_test = 0`;
  const own = !money.isConverted && money.onlyOwn ? " and currency in ('', {currency:String})" : '';
  const from = `from events where ${types}${own} and ${where}`;
  const columns = dims.map((value, index) => `${value} as k${index}`);
  const keys = dims.map((_, index) => `k${index}`);
  const by = (...more: string[]) =>
    keys.length + more.length === 0 ? '' : `group by ${[...keys, ...more].join(', ')}`;
  if (names.includes('customers')) {
    // Who has paid is no sum. Few payments are told anew: those are put together first, the others are as they stand.
    const isRetold = `payment_id in (select payment_id ${from} and sign = -1)`;
    return `select ${[...columns, 'customer_id as customer', 'toInt64(1) as paid'].join(', ')} ${from} and sign = 1 and not ${isRetold}
      union all
      select ${[...columns, 'maxIf(customer_id, sign = 1) as customer', 'sum(sign) as paid'].join(', ')} ${from} and ${isRetold} ${by('payment_id')}`;
  }
  const amounts = {
    gross: "sumIf(amount, type = 'payment')",
    refunds: "sumIf(amount, type = 'refund')",
    commissions: 'sum(commission)',
    fees: 'sum(fee)',
  };
  const counted = {
    clicks: "countIf(type = 'click')",
    leads: "countIf(type = 'lead')",
    paid: "sumIf(sign, type = 'payment')",
  };
  const sums = Object.entries({ ...counted, ...amounts }).map(([name, value]) => `${value} as ${name}`);
  if (!money.isConverted) return `select ${[...columns, ...sums].join(', ')} ${from} ${by()}`;
  const converted = Object.keys(amounts).map(
    (name) =>
      `toDecimal256(${name}, 0) * if(unit = {currency:String}, toDecimal256(1, 18), factor) as ${name}`,
  );
  return `select ${[...keys, ...Object.keys(counted), ...converted].join(', ')} from (
      select ${[...columns, ...sums, 'currency as unit', 'toDate(occurred_at) as fx_day'].join(', ')}
      ${from} ${by('unit', 'fx_day')}
    ) a
    left join (
      select rate.1 as fx_unit, rate.2 as fx_on, toDecimal256(rate.3, 18) as factor
      from (select arrayJoin(arrayZip({fxCurrency:Array(String)}, {fxDay:Array(Date)}, {fxFactor:Array(String)})) as rate)
    ) b on a.unit = b.fx_unit and a.fx_day = b.fx_on`;
}

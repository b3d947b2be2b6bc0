import { personLinks } from '../persons.ts';
import type { PathScope } from './path-scope.ts';
import { paidPaths, people } from './path-sql.ts';

/** Which paths are asked for: all, or those that begin or end with one value. */
export interface Ends {
  first: string | undefined;
  last: string | undefined;
}

/** Payments as (amount, numbers): touches by value, equal ones in a row as one. */
function journeys(scope: PathScope, { first, last }: Ends): string {
  const asked = [
    ...(first === undefined ? [] : ['numbers[1] = {first:UInt16}']),
    ...(last === undefined ? [] : ['numbers[-1] = {last:UInt16}']),
  ];
  return `
    select path.4 as amount, arrayCompact(arrayMap(t -> intDiv(t.2, 2), path.5)) as numbers
    from (select arrayJoin(${paidPaths}) as path from (${people(scope)}))
    ${asked.length > 0 ? `where notEmpty(numbers) and ${asked.join(' and ')}` : ''}`;
}

// No list of values is as long: a value that no touch has is no path's end.
const nowhere = 65_535;

export function endsParams({ first, last }: Ends, values: readonly string[]): Record<string, number> {
  const numberOf = (value: string) => values.indexOf(value) + 1 || nowhere;
  return {
    ...(first === undefined ? {} : { first: numberOf(first) }),
    ...(last === undefined ? {} : { last: numberOf(last) }),
  };
}

/** The most frequent paths, with the sums of all; that of the payments without a touch is always among them. */
export function journeysSql(scope: PathScope, limit: number, ends: Ends): string {
  return `with ${personLinks(scope.subject)}
    select numbers, payments, revenue, sum(payments) over () as all_payments, sum(revenue) over () as all_revenue,
      countIf(notEmpty(numbers)) over () as all_paths
    from (
      select numbers, count() as payments, sum(amount) as revenue from (${journeys(scope, ends)}) group by numbers
    )
    order by empty(numbers) desc, payments desc, revenue desc, numbers
    limit ${limit + 1}`;
}

/** The last touches before payments as steps from one to the next; the last one leads to the payment. */
export function linksSql(scope: PathScope, depth: number, ends: Ends): string {
  return `with ${personLinks(scope.subject)}
    select step, source, target, count() as payments, sum(amount) as revenue from (
      select amount, arrayJoin(arrayMap(
        (number, place) -> (toUInt8(length(last) - place + 1), number, last[place + 1]),
        last, arrayEnumerate(last))) as link, link.1 as step, link.2 as source, link.3 as target
      from (select amount, arraySlice(numbers, -${depth}) as last from (${journeys(scope, ends)}))
    )
    group by step, source, target order by step, payments desc, source, target`;
}

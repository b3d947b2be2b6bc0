import { personLinks } from '../persons.ts';
import type { PathScope } from './path-scope.ts';
import { paidPaths, people } from './path-sql.ts';

/** Payments as (amount, numbers): touches by value, equal ones in a row as one. */
const journeys = (scope: PathScope) => `
    select path.4 as amount, arrayCompact(arrayMap(t -> intDiv(t.2, 2), path.5)) as numbers
    from (select arrayJoin(${paidPaths}) as path from (${people(scope)}))`;

/** The most frequent paths, with the sums of all; that of the payments without a touch is always among them. */
export function journeysSql(scope: PathScope, limit: number): string {
  return `with ${personLinks(scope.subject)}
    select numbers, payments, revenue, sum(payments) over () as all_payments, sum(revenue) over () as all_revenue,
      countIf(notEmpty(numbers)) over () as all_paths
    from (
      select numbers, count() as payments, sum(amount) as revenue from (${journeys(scope)}) group by numbers
    )
    order by empty(numbers) desc, payments desc, revenue desc, numbers
    limit ${limit + 1}`;
}

/** The last touches before payments as steps from one to the next; the last one leads to the payment. */
export function linksSql(scope: PathScope, depth: number): string {
  return `with ${personLinks(scope.subject)}
    select step, source, target, count() as payments, sum(amount) as revenue from (
      select amount, arrayJoin(arrayMap(
        (number, place) -> (toUInt8(length(last) - place + 1), number, last[place + 1]),
        last, arrayEnumerate(last))) as link, link.1 as step, link.2 as source, link.3 as target
      from (select amount, arraySlice(numbers, -${depth}) as last from (${journeys(scope)}))
    )
    group by step, source, target order by step, payments desc, source, target`;
}

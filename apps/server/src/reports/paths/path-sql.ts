import {
  ownClicks,
  ownRows,
  personLinks,
  personOfPayment,
  personsOfTouch,
  subjectParams,
} from '../persons.ts';
import { expressionOf } from '../query/dimensions.ts';
import { maxTouches, maxValues, type PathScope } from './path-scope.ts';

/** The members of each {@link pathsSql} row's touches are numbers: place in `values` (0: none of them) × 2, + 1 if direct. */
export const pathParams = (scope: PathScope, values: readonly string[]): Record<string, unknown> => ({
  ...subjectParams(scope.subject),
  from: scope.from.getTime(),
  before: scope.before.getTime(),
  lookback: scope.lookbackMs,
  currency: scope.subject.currency,
  values,
});

const paidInPeriod = `occurred_at >= fromUnixTimestamp64Milli({from:Int64})
      and occurred_at < fromUnixTimestamp64Milli({before:Int64})`;
const touchedInReach = `occurred_at >= fromUnixTimestamp64Milli({from:Int64} - {lookback:Int64})
      and occurred_at < fromUnixTimestamp64Milli({before:Int64})`;

/**
 * Touches: visits, and clicks. A landing through a partner's link is told as a visit and as a click, and a page loaded
 * again clicks again: what one session brings through one partner is one touch. A click of another partner in the
 * middle of a session is a touch of its own, and so is each click without a session.
 */
function touches(scope: PathScope): string {
  const { subject, by } = scope;
  return `
    select occurred_at, visitor_id, click_id, toString(${expressionOf(by, 'acts')}) as value, channel = 'direct' as is_direct
    from events where ${ownRows(subject)} and type = 'visit' and ${touchedInReach}
    union all
    select min(at), visitor_id, argMin(clicked, at), argMin(click_value, at), argMin(is_direct_click, at)
    from (
      select occurred_at as at, visitor_id, session_id, partner_id, click_id as clicked,
        toString(${expressionOf(by, 'acts')}) as click_value, channel = 'direct' as is_direct_click,
        if(session_id = '', click_id, '') as lone
      from events where ${ownClicks(subject)} and type = 'click' and ${touchedInReach}
        and (session_id = '' or (visitor_id, session_id, partner_id) not in (
          select visitor_id, session_id, partner_id
          from events where ${ownRows(subject)} and type = 'visit' and partner_id != 0 and ${touchedInReach}))
    )
    group by visitor_id, session_id, partner_id, lone`;
}

/** The values that are told apart: those of most touches. */
export function valuesSql(scope: PathScope): string {
  return `select value, count() as touches from (${touches(scope)})
    group by value order by touches desc, value limit ${maxValues}`;
}

/**
 * Payments, each once and with the person who made it. One that was told anew stands there three times: what is left of
 * each telling is what the signs add up to.
 */
function payments({ subject, isNet }: Pick<PathScope, 'subject' | 'isNet'>): string {
  const refunded = isNet ? ' - refunds.amount' : '';
  const refunds = `
    left join (
      select payment_id, sum(amount) as amount from events where ${ownRows(subject)} and type = 'refund' group by payment_id
    ) refunds on refunds.payment_id = t.payment_id`;
  return `
    select ${personOfPayment} as person, t.payment_id as payment_id, paid_at, t.amount${refunded} as paid,
      t.currency as currency
    from (
      select payment_id, customer_id, visitor_id, currency, min(occurred_at) as paid_at, sum(amount) as amount
      from events where ${ownRows(subject)} and type = 'payment' and ${paidInPeriod}
      group by payment_id, customer_id, visitor_id, currency having sum(sign) > 0
    ) t
    left join browser_persons b on b.visitor_id = t.visitor_id${isNet ? refunds : ''}`;
}

/**
 * A row a person: `touches`, each (ms, number), and `payments`, each (ms, id, amount, whether it is of the currency), both
 * the earliest first. Payments in other currencies are there because they end a path, too.
 */
export function people(scope: PathScope): string {
  return `
    select
      arraySort(groupArrayIf((at, number), is_touch)) as touches,
      arraySort(groupArrayIf((at, payment_id, amount, counts), not is_touch)) as payments
    from (
      select arrayJoin(${personsOfTouch}) as person, 1 as is_touch, toUnixTimestamp64Milli(occurred_at) as at,
        toUInt16(indexOf({values:Array(String)}, value) * 2 + is_direct) as number,
        toUInt64(0) as payment_id, toInt64(0) as amount, 0 as counts
      from (${touches(scope)}) t
      left join browser_persons b on b.visitor_id = t.visitor_id
      left join click_persons c on c.click_id = t.click_id
      union all
      select person, 0, toUnixTimestamp64Milli(paid_at), toUInt16(0), payment_id, paid, currency = {currency:String}
      from (${payments(scope)})
    )
    group by person`;
}

const shortened = (touches: string) =>
  `if(length(${touches}) > ${maxTouches},
      arrayConcat([${touches}[1]], arraySlice(${touches}, -${maxTouches - 1})), ${touches})`;

/** (is paid, paid at, payment, amount, touches) of each counted payment of a row of {@link people}. */
export const paidPaths = `arrayMap(
      p -> (1, p.1, p.2, p.3, arrayFilter(t -> t.1 <= p.1 and t.1 >= p.1 - {lookback:Int64}, touches)),
      arrayFilter(p -> p.4 = 1, payments))`;

/**
 * The path that has led to nothing yet: the touches of the period after the person's last payment, as far as they reach
 * back from the last of them.
 */
const unpaidPath = `[(0, toInt64(0), toUInt64(0), toInt64(0), arrayFilter(
      t -> t.1 >= {from:Int64} and t.1 >= touches[-1].1 - {lookback:Int64}
        and (empty(payments) or t.1 > payments[-1].1),
      touches))]`;

/**
 * Paths, equal ones together: [is paid, amount, numbers, ages in ms, how many, how many of them were shortened]. Ages are
 * told only where they are wanted and can matter, so that more paths are equal. A payment without a touch has an empty path.
 */
export function pathsSql(
  scope: PathScope,
  wanted: { ages: boolean; unpaid: boolean; limit: number },
): string {
  const ages = wanted.ages
    ? `if(length(arrayDistinct(numbers)) > 1, arrayMap(t -> path.2 - t.1, kept), [])`
    : 'emptyArrayInt64()';
  return `with ${personLinks(scope.subject)}
    select path.1 as is_paid, path.4 as amount, numbers, ages, count() as times, sum(is_long) as long_ones
    from (
      select path, length(path.5) > ${maxTouches} as is_long, ${shortened('path.5')} as kept,
        arrayMap(t -> t.2, kept) as numbers, ${ages} as ages
      from (
        select arrayJoin(${wanted.unpaid ? `arrayConcat(${paidPaths}, ${unpaidPath})` : paidPaths}) as path
        from (${people(scope)})
      )
      where path.1 = 1 or notEmpty(path.5)
    )
    group by is_paid, amount, numbers, ages
    order by is_paid desc, times desc, amount desc, numbers, ages
    limit ${wanted.limit}`;
}

/** Payments with a touch of the number `asked` (direct or not): [payment, paid at in ms, amount, numbers, ages in ms]. */
export function paymentPathsSql(scope: PathScope): string {
  return `with ${personLinks(scope.subject)}
    select path.3 as payment, path.2 as at, path.4 as amount, arrayMap(t -> t.2, kept) as numbers,
      arrayMap(t -> path.2 - t.1, kept) as ages
    from (
      select path, ${shortened('path.5')} as kept from (
        select arrayJoin(${paidPaths}) as path from (${people(scope)})
      )
    )
    where has(arrayMap(t -> intDiv(t.2, 2), kept), {asked:UInt16})`;
}

/** All payments of the period and their revenue: what the paths must add up to. */
export function totalsSql(scope: PathScope): string {
  return `with ${personLinks(scope.subject)}
    select count() as payments, sum(paid) as revenue from (${payments(scope)}) where currency = {currency:String}`;
}

import { type ClickHouse, wide } from '../../platform/index.ts';
import { ownRows, subjectParams } from '../persons.ts';
import type { Subject } from '../subject.ts';

/** What the people who signed up in a month did in a later one, in one currency; paying ones of all currencies. */
export interface CohortCell {
  /** Months are told as numbers: years × 12 + month. */
  cohort: number;
  month: number;
  currency: string;
  revenue: bigint;
  refunded: bigint;
}

export interface Cohorts {
  sizes: ReadonlyMap<number, number>;
  /** By cohort and month. */
  paying: ReadonlyMap<string, number>;
  cells: readonly CohortCell[];
}

const monthOf = (at: string) => `toUInt32(toYear(${at}) * 12 + toMonth(${at}) - 1)`;
const localTime = `toTimeZone(occurred_at, {timeZone:String})`;

// A customer; without one (a website without a program) the browser.
const who = `if(customer_id != 0, toString(customer_id), concat('v', visitor_id))`;

/** Events of people who are somebody, with the month in which they signed up: of their first lead, else first payment. */
const members = (subject: Subject) => `
    signed_up as (
      select ${who} as who,
        if(countIf(type = 'lead') > 0, minIf(occurred_at, type = 'lead'), min(occurred_at)) as at,
        ${monthOf('toTimeZone(at, {timeZone:String})')} as cohort
      from events
      where ${ownRows(subject)} and type in ('lead', 'payment') and who != 'v'
      group by who having cohort >= {first:UInt32} and cohort <= {last:UInt32}
    )`;

/** Months are as in {@link CohortCell}, both inclusive. */
export async function readCohorts(
  clickhouse: ClickHouse,
  subject: Subject,
  { first, last }: { first: number; last: number },
): Promise<Cohorts> {
  const params = { ...subjectParams(subject), timeZone: subject.timeZone, first, last };
  const money = `select ${who} as who, ${monthOf(localTime)} as month, toString(currency) as unit,
      sumIf(sign, type = 'payment') as payments, sumIf(amount, type = 'payment') as paid,
      sumIf(amount, type = 'refund') as back
    from events where ${ownRows(subject)} and type in ('payment', 'refund') and who != 'v'
    group by who, month, unit`;
  const joined = `from (${money}) money join signed_up on signed_up.who = money.who`;
  const rows = await clickhouse.rows<{
    cohort: number;
    month: number;
    unit: string;
    persons: string;
    paid: string;
    back: string;
  }>(
    `with ${members(subject)}
     select cohort, toUInt32(0) as month, 'size' as unit, count() as persons, toInt64(0) as paid, toInt64(0) as back
     from signed_up group by cohort
     union all
     select cohort, month, 'all', uniqExactIf(money.who, payments > 0), 0, 0 ${joined} group by cohort, month
     union all
     select cohort, month, unit, 0, sum(paid), sum(back) ${joined}
     group by cohort, month, unit having sum(paid) != 0 or sum(back) != 0`,
    params,
  );
  // ISO codes are three upper-case letters: neither word is one.
  const of = (unit: string) => rows.filter((row) => row.unit === unit);
  return {
    sizes: new Map(of('size').map(({ cohort, persons }) => [cohort, Number(persons)])),
    paying: new Map(of('all').map(({ cohort, month, persons }) => [`${cohort} ${month}`, Number(persons)])),
    cells: rows
      .filter(({ unit }) => unit !== 'size' && unit !== 'all')
      .map(({ cohort, month, unit, paid, back }) => ({
        ...{ cohort, month, currency: unit },
        ...{ revenue: wide(paid), refunded: wide(back) },
      }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}

import type { RealtimeAnswer } from '@headwater/contract';
import { minuteMs } from '../../platform/index.ts';
import type { ReportDeps } from '../deps.ts';
import { type GoalRule, listGoals, matchedGoals } from '../goals/index.ts';
import { ownRows, subjectParams } from '../persons.ts';
import { Params } from '../query/filters.ts';
import type { Subject } from '../subject.ts';
import { listLatest } from './latest.ts';

const minutesShown = 30;
const minutesNow = 5;
const topShown = 10;

interface Row {
  kind: 'now' | 'all' | 'minute' | 'page' | 'source' | 'country' | 'goal' | 'lead' | 'payment';
  key: string;
  visitors: string;
  times: string;
  amount: string;
}

/** Counts the last half hour. One statement, whose parts read what one website did in it and no more. */
export async function readRealtime(deps: ReportDeps, subject: Subject): Promise<RealtimeAnswer> {
  const now = deps.clock.now();
  const lastMinute = Math.floor(now.getTime() / minuteMs) * minuteMs;
  const firstMinute = lastMinute - (minutesShown - 1) * minuteMs;
  const lagSeconds = await deps.lagSeconds();
  const { workspaceId, owner } = subject;
  const goals = await listGoals(deps.postgres, { workspaceId, of: owner });
  const params = new Params();
  const period = { ...subjectParams(subject), from: firstMinute, until: now.getTime() };
  const latest = listLatest(deps.clickhouse, subject, period);
  const counting = deps.clickhouse.rows<Row>(realtimeSql(subject, goals, params), {
    ...period,
    ...params.values,
    now: now.getTime() - minutesNow * minuteMs,
    firstDay: new Date(firstMinute - 24 * 60 * minuteMs).toISOString().slice(0, 10),
  });
  const [rows, told] = await Promise.all([counting, latest]);
  const of = (kind: Row['kind']) => rows.filter((row) => row.kind === kind);
  const top = (kind: Row['kind']) =>
    of(kind).map(({ key, visitors }) => ({ key, visitors: Number(visitors) }));
  const [all] = of('all');
  const minutes = new Map(of('minute').map((row) => [Number(row.key), row]));
  const payments = of('payment');
  const own = payments.find(({ key }) => key === subject.currency);
  return {
    at: now.toISOString(),
    visitors_now: Number(of('now')[0]?.visitors ?? 0),
    visitors: Number(all?.visitors ?? 0),
    pageviews: Number(all?.times ?? 0),
    minutes: Array.from({ length: minutesShown }, (_, index) => {
      const at = firstMinute + index * minuteMs;
      const found = minutes.get(at / 1000);
      return {
        minute: new Date(at).toISOString(),
        visitors: Number(found?.visitors ?? 0),
        pageviews: Number(found?.times ?? 0),
      };
    }),
    pages: of('page').map(({ key, visitors, times }) => ({
      key,
      visitors: Number(visitors),
      pageviews: Number(times),
    })),
    sources: top('source'),
    countries: top('country'),
    goals: of('goal').map(({ key, visitors, times }) => ({
      key,
      visitors: Number(visitors),
      conversions: Number(times),
    })),
    latest: told,
    leads: Number(of('lead')[0]?.times ?? 0),
    payments: payments.reduce((sum, { times }) => sum + Number(times), 0),
    revenue_cents: Number(own?.amount ?? 0),
    currency: subject.currency,
    other_currencies: payments
      .filter(({ key }) => key !== subject.currency)
      .map(({ key, times, amount }) => ({
        currency: key,
        payments: Number(times),
        revenue_cents: Number(amount),
      })),
    lag_seconds: Math.round(lagSeconds * 1000) / 1000,
  };
}

/**
 * Where visitors come from is told by their visit, which may have begun before the half hour: of the visits of today and
 * yesterday those that did something in it.
 */
function realtimeSql(subject: Subject, goals: readonly GoalRule[], params: Params): string {
  const own = ownRows(subject);
  // Made-up events go on to the end of their day.
  const since = (bound: string) =>
    `occurred_at >= fromUnixTimestamp64Milli({${bound}:Int64}) and occurred_at <= fromUnixTimestamp64Milli({until:Int64})`;
  const acts = `events where ${own} and type in ('visit', 'pageview', 'custom') and session_id != '' and ${since('from')}`;
  const { reached, any } = matchedGoals(goals, (value, type) => params.bind(value, type));
  const views = "countIf(type = 'pageview')";
  const visits = `sessions final where ${own.replace(' and is_test = 0', '')} and day >= {firstDay:Date}
      and toUnixTimestamp64Milli(started_at) between 1 and {until:Int64} and last_at >= toDateTime(intDiv({from:Int64}, 1000), 'UTC')`;
  const columns = (kind: Row['kind'], key: string, visitors: string, times: string, amount = '0') =>
    `'${kind}' as kind, ${key} as key, toString(${visitors}) as visitors, toString(${times}) as times, toString(${amount}) as amount`;
  const most = `order by toUInt64(visitors) desc, toUInt64(times) desc, key limit ${topShown}`;
  return `
    select ${columns('now', "''", `uniqExactIf(visitor_id, ${since('now')})`, '0')} from ${acts}
    union all
    select ${columns('all', "''", 'uniqExact(visitor_id)', views)} from ${acts}
    union all
    select ${columns('minute', 'toString(toUnixTimestamp(toStartOfMinute(occurred_at)))', 'uniqExact(visitor_id)', views)}
      from ${acts} group by key
    union all
    select * from (select ${columns('page', 'path', 'uniqExact(visitor_id)', 'count()')}
      from ${acts} and type = 'pageview' group by key ${most})
    union all
    select * from (select ${columns('source', 'toString(source)', 'uniqExact(visitor)', '0')} from ${visits} group by key ${most})
    union all
    select * from (select ${columns('country', 'toString(country)', 'uniqExact(visitor)', '0')} from ${visits} group by key ${most})
    union all
    select ${columns('goal', 'reached.1', 'uniqExact(visitor_id)', 'count()')} from (
      select visitor_id, arrayJoin(${reached}) as reached from ${acts} and ${any}) group by key
    union all
    select ${columns('lead', "''", '0', 'count()')} from events where ${own} and type = 'lead' and ${since('from')}
    union all
    select ${columns('payment', 'toString(currency)', '0', 'sum(sign)', 'sum(events.amount)')}
      from events where ${own} and type = 'payment' and ${since('from')} group by key having sum(sign) != 0`;
}

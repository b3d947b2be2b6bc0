import type { RealtimeAnswer } from '@headwater/contract';
import type { ClickHouse } from '../../platform/index.ts';
import { ownClicks, ownRows } from '../persons.ts';
import type { Subject } from '../subject.ts';

type Latest = RealtimeAnswer['latest'][number];

const mostShown = 30;

/**
 * What was done last, the latest first. A payment that was told anew counts once and as it was told last; one that was taken back is
 * not among them. Nothing here says by whom.
 */
export async function listLatest(
  clickhouse: ClickHouse,
  subject: Subject,
  params: Record<string, unknown>,
): Promise<Latest[]> {
  const rows = await clickhouse.rows<{
    at: string;
    type: Latest['type'];
    text: string;
    country: string;
    source: string;
    amount: string;
    currency: string;
  }>(latestSql(subject), params);
  return rows.map(({ at, amount, ...rest }) => ({
    at: new Date(Number(at)).toISOString(),
    ...rest,
    amount_cents: Number(amount),
  }));
}

function latestSql(subject: Subject): string {
  const since =
    'occurred_at >= fromUnixTimestamp64Milli({from:Int64}) and occurred_at <= fromUnixTimestamp64Milli({until:Int64})';
  const columns = (text: string) =>
    `toUnixTimestamp64Milli(occurred_at) as at, toString(events.type) as type, ${text} as text, toString(events.country) as country,
      toString(events.source) as source, toString(events.amount) as amount, toString(events.currency) as currency`;
  const own = ownRows(subject);
  return `
    select * from (
      select ${columns("if(events.type = 'pageview', path, toString(name))")}
        from events where ${own} and events.type in ('pageview', 'custom') and ${since} order by occurred_at desc limit ${mostShown}
      union all
      select ${columns("''")}
        from events where ${ownClicks(subject)} and events.type = 'click' and ${since} order by occurred_at desc limit ${mostShown}
      union all
      select ${columns("''")}
        from events where ${own} and events.type = 'lead' and ${since} order by occurred_at desc limit ${mostShown}
      union all
      select max(toUnixTimestamp64Milli(occurred_at)) as at, 'payment' as type, '' as text, toString(any(events.country)) as country,
          toString(any(events.source)) as source, toString(sum(sign * events.amount)) as amount, toString(any(events.currency)) as currency
        from events where ${own} and events.type = 'payment' and ${since}
        group by payment_id having sum(sign) > 0 order by at desc limit ${mostShown}
    )
    order by at desc, type, text limit ${mostShown}`;
}

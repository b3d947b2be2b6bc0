import type { RevenueDimension } from '@headwater/contract';
import type { ClickHouse } from '../platform/index.ts';
import { dimensions } from './dimensions.ts';
import { type Metric, metrics } from './metrics.ts';

/** Whose events, and from when to when. Test events are never among them. */
export interface Scope {
  workspaceId: number;
  owner: { websiteId: string } | { programId: number };
  /** First instant inside and first one outside. */
  from: Date;
  before: Date;
}

export type BreakdownRow = { key: string } & Record<Metric, number>;

const maxRows = 1000;

/** Every metric of the catalogue by one dimension: one query, the richest rows first. */
export async function breakDown(
  clickhouse: ClickHouse,
  scope: Scope,
  by: RevenueDimension,
  currency: string,
): Promise<BreakdownRow[]> {
  const asked = Object.entries(metrics);
  const columns = asked.map(([name, expression]) => `${expression} as ${name}`).join(',\n    ');
  const rows = await clickhouse.rows<{ key: string } & Record<Metric, string>>(
    `select ${dimensions[by]} as key,
    ${columns}
  from events
  where ${whereOf(scope)}
    and type in ('visit', 'payment', 'refund', 'commission', 'click', 'lead')
  group by key
  having ${asked.map(([name]) => `${name} != 0`).join(' or ')}
  order by revenue_cents desc, visits desc, key
  limit ${maxRows}`,
    { ...paramsOf(scope), currency },
  );
  return rows.map(({ key, ...counts }) => ({
    key,
    ...(Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)])) as Record<
      Metric,
      number
    >),
  }));
}

/** Payments in other currencies than the report's. */
export async function listOtherCurrencies(
  clickhouse: ClickHouse,
  scope: Scope,
  currency: string,
): Promise<{ currency: string; payments: number; revenue_cents: number }[]> {
  const rows = await clickhouse.rows<{ currency: string; payments: string; revenue_cents: string }>(
    `select currency, sum(sign) as payments, sum(amount) as revenue_cents from events
     where ${whereOf(scope)} and type = 'payment' and currency != {currency:String}
     group by currency having payments != 0 order by currency`,
    { ...paramsOf(scope), currency },
  );
  return rows.map((row) => ({
    currency: row.currency,
    payments: Number(row.payments),
    revenue_cents: Number(row.revenue_cents),
  }));
}

function whereOf({ owner }: Scope): string {
  const own = 'websiteId' in owner ? 'website_id = {websiteId:String}' : 'program_id = {programId:UInt32}';
  return `workspace_id = {workspaceId:UInt32} and ${own} and is_test = 0
    and occurred_at >= fromUnixTimestamp64Milli({from:Int64}) and occurred_at < fromUnixTimestamp64Milli({before:Int64})`;
}

function paramsOf({ workspaceId, owner, from, before }: Scope): Record<string, unknown> {
  return { workspaceId, ...owner, from: from.getTime(), before: before.getTime() };
}

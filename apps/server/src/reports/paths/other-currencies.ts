import type { ClickHouse } from '../../platform/index.ts';

/** Payments in other currencies than the report's: they are on no path, and told beside. */
export async function listOtherCurrencies(
  clickhouse: ClickHouse,
  scope: {
    workspaceId: number;
    owner: { websiteId: string } | { programId: number };
    from: Date;
    before: Date;
  },
  currency: string,
): Promise<{ currency: string; payments: number; revenue_cents: number }[]> {
  const { workspaceId, owner, from, before } = scope;
  const own = 'websiteId' in owner ? 'website_id = {websiteId:String}' : 'program_id = {programId:UInt32}';
  const rows = await clickhouse.rows<{ currency: string; payments: string; revenue_cents: string }>(
    `select currency, sum(sign) as payments, sum(amount) as revenue_cents from events
     where workspace_id = {workspaceId:UInt32} and ${own} and is_test = 0 and type = 'payment'
       and occurred_at >= fromUnixTimestamp64Milli({from:Int64}) and occurred_at < fromUnixTimestamp64Milli({before:Int64})
       and currency != {currency:String}
     group by currency having payments != 0 order by currency`,
    { workspaceId, ...owner, from: from.getTime(), before: before.getTime(), currency },
  );
  return rows.map((row) => ({
    currency: row.currency,
    payments: Number(row.payments),
    revenue_cents: Number(row.revenue_cents),
  }));
}

import type { ClickHouse } from '../platform/index.ts';

/** How many events of a workspace happened in each minute since then; minutes without any are left out. */
export function countMinutes(
  clickhouse: ClickHouse,
  workspaceId: number,
  since: Date,
): Promise<{ minute: number; events: number }[]> {
  return clickhouse.rows(
    `select toUInt32(toStartOfMinute(occurred_at)) as minute, toUInt32(count()) as events
     from events where workspace_id = {workspace:UInt32} and occurred_at >= fromUnixTimestamp64Milli({since:Int64})
       and not startsWith(event_id, 'demo-')
     group by minute order by minute`,
    { workspace: workspaceId, since: since.getTime() },
  );
}

export async function readClickHouse(clickhouse: ClickHouse): Promise<{ version: string; bytes: number }> {
  const [row] = await clickhouse.rows<{ version: string; bytes: number }>(
    `select version() as version, toFloat64(sum(bytes_on_disk)) as bytes from system.parts
     where active and database = currentDatabase()`,
  );
  return { version: row?.version ?? '', bytes: row?.bytes ?? 0 };
}

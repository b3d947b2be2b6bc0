import { type Sql, statement } from '../platform/index.ts';

export interface Waiting {
  batches: number;
  refused: number;
  inboxWaiting: number;
  inboxFailed: number;
  inboxOldest: Date | null;
  inboxLatest: Date | null;
  webhooksPending: number;
  webhooksDead: number;
  mails: number;
}

const waiting = statement(
  'health.waiting',
  `select (select coalesce(sum(events), 0) from event_batches)::integer as batches,
     (select count(*) from event_dead_letters)::integer as refused,
     (select count(*) from stripe_inbox where workspace_id = $1 and state = 'waiting')::integer as "inboxWaiting",
     (select count(*) from stripe_inbox where workspace_id = $1 and state = 'failed')::integer as "inboxFailed",
     (select min(received_at) from stripe_inbox where workspace_id = $1 and state in ('waiting', 'failed')) as "inboxOldest",
     (select max(l.received_at) from programs p cross join lateral (
        select received_at from stripe_inbox i where i.workspace_id = p.workspace_id and i.program_id = p.id
        order by received_at desc, id desc limit 1) l where p.workspace_id = $1) as "inboxLatest",
     (select count(*) from webhook_messages where workspace_id = $1 and state = 'pending')::integer as "webhooksPending",
     (select count(*) from webhook_messages where workspace_id = $1 and state = 'dead')::integer as "webhooksDead",
     (select count(*) from mails where workspace_id = $1 and state = 'waiting')::integer as mails`,
);

export async function findWaiting(sql: Sql, workspaceId: number): Promise<Waiting> {
  const [row] = await sql.query<Waiting>(waiting, [workspaceId]);
  return row as Waiting;
}

const engine = statement(
  'health.postgres',
  `select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
     clock_timestamp() as now`,
);

export async function readPostgres(sql: Sql): Promise<{ version: string; bytes: number; now: Date }> {
  const [row] = await sql.query<{ version: string; bytes: bigint; now: Date }>(engine);
  return { version: row?.version ?? '', bytes: Number(row?.bytes ?? 0), now: row?.now ?? new Date() };
}

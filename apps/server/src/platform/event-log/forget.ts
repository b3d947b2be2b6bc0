import { type Sql, statement } from '../postgres/sql.ts';

// Erasing a person: their events are on their way to ClickHouse, there already, or were refused by it.

const last = statement('event_log.last_logged', 'select last_value as seq from event_batches_seq_seq');

/** The number of the last batch that was begun so far. */
export async function lastLogged(sql: Sql): Promise<bigint> {
  const [row] = await sql.query<{ seq: bigint }>(last);
  return (row as { seq: bigint }).seq;
}

const left = statement(
  'event_log.any_until',
  'select exists (select from event_batches where seq <= $1) as "isAnyLeft"',
);

/** Whether everything up to a batch is in ClickHouse. */
export async function isShippedUntil(sql: Sql, seq: bigint): Promise<boolean> {
  const [row] = await sql.query<{ isAnyLeft: boolean }>(left, [seq]);
  return row?.isAnyLeft === false;
}

const forget = statement(
  'event_log.forget_dead_letters',
  `delete from event_dead_letters
   where (payload::jsonb->>'workspace_id')::integer = $1 and (
     payload::jsonb->>'visitor_id' = any($2::text[]) or (payload::jsonb->>'customer_id')::bigint = any($3::bigint[]))`,
);

/** Takes out what ClickHouse refused of a person: it is in no report, and cannot be told apart from its names. */
export async function forgetDeadLetters(
  sql: Sql,
  workspaceId: number,
  visitors: readonly string[],
  customerIds: readonly bigint[],
): Promise<void> {
  await sql.query(forget, [workspaceId, visitors, customerIds]);
}

import { arrayLiteral, type Sql, statement } from '../../platform/index.ts';
import type { EventArrival } from './event-arrival.ts';

const insertBatch = statement(
  'stripe.insert_events',
  `insert into stripe_inbox (workspace_id, program_id, account, livemode, event_id, type, api_version, payload,
     endpoint_id, origin, created_at, received_at, due_at)
   select workspace_id, program_id, account, livemode, event_id, type, api_version, payload, endpoint_id, origin,
     created_at, received_at, received_at
   from unnest($1::integer[], $2::integer[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::integer[], $10::text[], $11::timestamptz[], $12::timestamptz[])
     with ordinality as t (workspace_id, program_id, account, livemode, event_id, type, api_version, payload,
       endpoint_id, origin, created_at, received_at, position)
   order by workspace_id, program_id, account, livemode, event_id, position
   on conflict (workspace_id, program_id, account, livemode, event_id) do nothing
   returning workspace_id, program_id, account, livemode, event_id`,
);

interface EventKey {
  workspace_id: number;
  program_id: number;
  account: string;
  livemode: boolean;
  event_id: string;
}

/**
 * Stores what is not stored yet, and answers for each arrival whether it was new; of twins in one batch the first is. Rows
 * go in in the order of their key, so that two processes that store the same events do not wait for each other in a circle.
 */
export async function insertEvents(sql: Sql, arrivals: readonly EventArrival[]): Promise<boolean[]> {
  const column = <Value extends string | number | boolean | null>(read: (arrival: EventArrival) => Value) =>
    arrayLiteral(arrivals.map(read));
  const rows = await sql.query<EventKey>(insertBatch, [
    column((one) => one.workspaceId),
    column((one) => one.programId),
    column((one) => one.account ?? ''),
    column((one) => one.livemode),
    column((one) => one.eventId),
    column((one) => one.type),
    column((one) => one.apiVersion),
    column((one) => one.payload),
    column((one) => one.endpointId),
    column((one) => one.origin),
    column((one) => one.createdAt.toISOString()),
    column((one) => one.receivedAt.toISOString()),
  ]);
  const fresh = new Set(
    rows.map((row) => keyText(row.workspace_id, row.program_id, row.account, row.livemode, row.event_id)),
  );
  return arrivals.map((one) =>
    fresh.delete(keyText(one.workspaceId, one.programId, one.account ?? '', one.livemode, one.eventId)),
  );
}

function keyText(...parts: (string | number | boolean)[]): string {
  return parts.join(' ');
}

/** An event that a worker holds until its transaction ends. */
export interface DueEvent {
  workspace_id: number;
  id: bigint;
  program_id: number;
  account: string;
  livemode: boolean;
  event_id: string;
  type: string;
  payload: string;
  attempts: number;
  received_at: Date;
}

const dueColumns =
  'workspace_id, id, program_id, account, livemode, event_id, type, payload, attempts, received_at';

const claimDue = statement(
  'stripe.claim_due',
  `select ${dueColumns} from stripe_inbox
   where state in ('waiting', 'failed') and due_at <= $1
   order by due_at, id
   limit $2
   for update skip locked`,
);

/** The longest due events that no other worker holds, locked. */
export function claimDueEvents(sql: Sql, now: Date, limit: number): Promise<DueEvent[]> {
  return sql.query(claimDue, [now, limit]);
}

const claimOne = statement(
  'stripe.claim_one',
  `select ${dueColumns} from stripe_inbox
   where workspace_id = $1 and id = $2 and state in ('waiting', 'failed') and attempts = $3
   for update skip locked`,
);

/** The same for one that was seen before: nothing when another worker has taken it meanwhile. */
export function claimSeenEvent(sql: Sql, event: DueEvent): Promise<DueEvent[]> {
  return sql.query(claimOne, [event.workspace_id, event.id, event.attempts]);
}

const markDone = statement(
  'stripe.mark_done',
  `update stripe_inbox i set state = d.state, notes = array(select json_array_elements_text(d.notes::json)),
     reason = null, attempts = attempts + 1, processed_at = $1
   from unnest($2::integer[], $3::bigint[], $4::text[], $5::text[]) as d(workspace_id, id, state, notes)
   where i.workspace_id = d.workspace_id and i.id = d.id`,
);

/** An event that was understood. */
export interface DoneEvent {
  event: DueEvent;
  outcome: 'applied' | 'noted';
  notes: readonly string[];
}

export async function markEventsDone(sql: Sql, done: readonly DoneEvent[], at: Date): Promise<void> {
  await sql.query(markDone, [
    at,
    done.map(({ event }) => event.workspace_id),
    done.map(({ event }) => event.id),
    done.map(({ outcome }) => outcome),
    done.map(({ notes }) => JSON.stringify(notes)),
  ]);
}

const markFailed = statement(
  'stripe.mark_failed',
  `update stripe_inbox set state = 'failed', reason = $4, attempts = attempts + 1, due_at = $5
   where workspace_id = $1 and id = $2 and attempts = $3 and state in ('waiting', 'failed')`,
);

/** Nothing when another worker took the event meanwhile: what became of it then is the truth. */
export async function markEventFailed(sql: Sql, event: DueEvent, reason: string, dueAt: Date): Promise<void> {
  await sql.query(markFailed, [event.workspace_id, event.id, event.attempts, reason, dueAt]);
}

const countOpen = statement(
  'stripe.count_open',
  `select state, count(*)::integer as events, min(received_at) as oldest
   from stripe_inbox where state in ('waiting', 'failed') group by state`,
);

/** What is not processed yet, by state. */
export function countOpenEvents(
  sql: Sql,
): Promise<{ state: 'waiting' | 'failed'; events: number; oldest: Date }[]> {
  return sql.query(countOpen);
}

const replayOne = statement(
  'stripe.replay_one',
  `update stripe_inbox set state = 'waiting', due_at = $4, attempts = 0
   where workspace_id = $1 and program_id = $2 and id = $3`,
);

export async function makeEventDue(
  sql: Sql,
  program: { workspaceId: number; id: number },
  id: bigint,
  now: Date,
): Promise<void> {
  await sql.query(replayOne, [program.workspaceId, program.id, id, now]);
}

const replayFailed = statement(
  'stripe.replay_failed',
  `with due as (
     update stripe_inbox set state = 'waiting', due_at = $3, attempts = 0
     where workspace_id = $1 and program_id = $2 and state = 'failed' returning 1
   ) select count(*)::integer as events from due`,
);

export async function makeFailedEventsDue(
  sql: Sql,
  program: { workspaceId: number; id: number },
  now: Date,
): Promise<number> {
  const [row] = await sql.query<{ events: number }>(replayFailed, [program.workspaceId, program.id, now]);
  return row?.events ?? 0;
}

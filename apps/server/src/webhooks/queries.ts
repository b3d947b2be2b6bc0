import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface EndpointRow {
  id: bigint;
  url: string;
  programId: number | null;
  types: string[] | null;
  status: 'enabled' | 'disabled';
  createdAt: Date;
  oldSecretUntil: Date | null;
}

const endpointColumns = `id, url, program_id as "programId", types, status, created_at as "createdAt",
  old_secret_until as "oldSecretUntil"`;

const insert = statement(
  'webhooks.insert_endpoint',
  `insert into webhook_endpoints (workspace_id, program_id, url, types, secret_sealed, created_at)
   values ($1, $2, $3, $4, $5, $6) returning ${endpointColumns}`,
);

export async function insertEndpoint(
  trx: Transaction,
  one: {
    workspaceId: number;
    programId: number | null;
    url: string;
    types: readonly string[] | null;
    secretSealed: Buffer;
    at: Date;
  },
): Promise<EndpointRow> {
  const values = [one.workspaceId, one.programId, one.url, one.types, one.secretSealed, one.at];
  const [row] = await trx.query<EndpointRow>(insert, values);
  return row as EndpointRow;
}

/** Whose endpoints: those of the workspace, or of the programs that a key is limited to. */
export interface Reader {
  workspaceId: number;
  programScope: readonly number[] | null;
}

const own = `workspace_id = $1 and ($2::integer[] is null or program_id = any($2)) and removed_at is null`;

const list = statement(
  'webhooks.list_endpoints',
  `select ${endpointColumns} from webhook_endpoints where ${own} and ($3::bigint is null or id < $3)
   order by id desc limit $4`,
);

export function listEndpoints(
  sql: Sql,
  reader: Reader,
  beforeId: string | null,
  limit: number,
): Promise<EndpointRow[]> {
  return sql.query(list, [reader.workspaceId, reader.programScope, beforeId, limit]);
}

const find = statement(
  'webhooks.find_endpoint',
  `select ${endpointColumns} from webhook_endpoints where ${own} and id = $3`,
);

export async function findEndpoint(sql: Sql, reader: Reader, id: number): Promise<EndpointRow | undefined> {
  const [row] = await sql.query<EndpointRow>(find, [reader.workspaceId, reader.programScope, id]);
  return row;
}

const update = statement(
  'webhooks.update_endpoint',
  `update webhook_endpoints set url = coalesce($3, url), types = coalesce($4, types), status = coalesce($5, status)
   where workspace_id = $1 and id = $2 returning ${endpointColumns}`,
);

export async function updateEndpoint(
  trx: Transaction,
  workspaceId: number,
  id: bigint,
  changes: { url?: string | undefined; types?: readonly string[] | undefined; status?: string | undefined },
): Promise<EndpointRow> {
  const values = [workspaceId, id, changes.url ?? null, changes.types ?? null, changes.status ?? null];
  const [row] = await trx.query<EndpointRow>(update, values);
  return row as EndpointRow;
}

const remove = statement(
  'webhooks.remove_endpoint',
  `update webhook_endpoints set removed_at = $3, status = 'disabled'
   where workspace_id = $1 and id = $2 returning ${endpointColumns}`,
);

export async function removeEndpoint(
  trx: Transaction,
  workspaceId: number,
  id: bigint,
  at: Date,
): Promise<EndpointRow> {
  const [row] = await trx.query<EndpointRow>(remove, [workspaceId, id, at]);
  return row as EndpointRow;
}

const roll = statement(
  'webhooks.roll_secret',
  `update webhook_endpoints set old_secret_sealed = secret_sealed, old_secret_until = $3, secret_sealed = $4
   where workspace_id = $1 and id = $2 returning ${endpointColumns}`,
);

export async function rollSecret(
  trx: Transaction,
  workspaceId: number,
  id: bigint,
  secretSealed: Buffer,
  oldUntil: Date,
): Promise<EndpointRow> {
  const [row] = await trx.query<EndpointRow>(roll, [workspaceId, id, oldUntil, secretSealed]);
  return row as EndpointRow;
}

export interface MessageRow {
  id: bigint;
  messageId: string;
  endpointId: bigint;
  type: string;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  lastAttemptAt: Date | null;
  lastStatus: number | null;
  lastError: string | null;
  occurredAt: Date;
  data: Record<string, unknown>;
}

const messageColumns = `m.id, m.message_id as "messageId", m.endpoint_id as "endpointId", m.type, m.state, m.attempts,
  m.last_attempt_at as "lastAttemptAt", m.last_status as "lastStatus", m.last_error as "lastError",
  m.occurred_at as "occurredAt", m.data`;

const listMessageRows = statement(
  'webhooks.list_messages',
  `select ${messageColumns} from webhook_messages m
   where m.workspace_id = $1 and m.endpoint_id = $2 and ($3::text is null or m.state = $3)
     and ($4::bigint is null or m.id < $4)
   order by m.id desc limit $5`,
);

export function listMessages(
  sql: Sql,
  workspaceId: number,
  endpointId: bigint,
  asked: { state: string | null; beforeId: string | null; limit: number },
): Promise<MessageRow[]> {
  return sql.query(listMessageRows, [workspaceId, endpointId, asked.state, asked.beforeId, asked.limit]);
}

const findMessageRow = statement(
  'webhooks.find_message',
  `select ${messageColumns} from webhook_messages m
   join webhook_endpoints e on e.workspace_id = m.workspace_id and e.id = m.endpoint_id
   where m.workspace_id = $1 and ($2::integer[] is null or e.program_id = any($2)) and e.removed_at is null and m.id = $3`,
);

export async function findMessage(sql: Sql, reader: Reader, id: number): Promise<MessageRow | undefined> {
  const [row] = await sql.query<MessageRow>(findMessageRow, [reader.workspaceId, reader.programScope, id]);
  return row;
}

// A job for each again, in its endpoint's queue.
const requeue = statement(
  'webhooks.requeue',
  `with requeued as (
     update webhook_messages set state = 'pending'
     where workspace_id = $1 and endpoint_id = $2 and state <> 'pending' and ($3::bigint is null or id = $3)
       and ($3 is not null or state = 'dead')
     returning id
   )
   select count(graphile_worker.add_job('deliver_webhook', json_build_object('workspace_id', $1::integer, 'id', id),
     queue_name => 'webhook ' || $2::bigint, max_attempts => 21))::integer as count
   from requeued`,
);

/** Sends one message anew, or all dead ones of an endpoint. Returns how many. */
export async function requeueMessages(
  trx: Transaction,
  workspaceId: number,
  endpointId: bigint,
  messageId: bigint | null,
): Promise<number> {
  const [row] = await trx.query<{ count: number }>(requeue, [workspaceId, endpointId, messageId]);
  return row?.count ?? 0;
}

export interface Delivery extends MessageRow {
  url: string;
  endpointStatus: 'enabled' | 'disabled';
  secretSealed: Buffer;
  oldSecretSealed: Buffer | null;
  oldSecretUntil: Date | null;
}

const findDue = statement(
  'webhooks.find_delivery',
  `select ${messageColumns}, e.url, e.status as "endpointStatus", e.secret_sealed as "secretSealed",
     e.old_secret_sealed as "oldSecretSealed", e.old_secret_until as "oldSecretUntil"
   from webhook_messages m
   join webhook_endpoints e on e.workspace_id = m.workspace_id and e.id = m.endpoint_id
   where m.workspace_id = $1 and m.id = $2`,
);

export async function findDelivery(sql: Sql, workspaceId: number, id: number): Promise<Delivery | undefined> {
  const [row] = await sql.query<Delivery>(findDue, [workspaceId, id]);
  return row;
}

const note = statement(
  'webhooks.note_attempt',
  `update webhook_messages set state = $3, attempts = attempts + $4, last_attempt_at = $5, last_status = $6,
     last_error = $7
   where workspace_id = $1 and id = $2`,
);

export async function noteAttempt(
  sql: Sql,
  workspaceId: number,
  id: bigint,
  attempt: {
    state: MessageRow['state'];
    tried: boolean;
    at: Date;
    status: number | null;
    error: string | null;
  },
): Promise<void> {
  const { state, tried, at, status, error } = attempt;
  await sql.query(note, [workspaceId, id, state, tried ? 1 : 0, at, status, error]);
}

const disable = statement(
  'webhooks.disable_endpoint',
  `update webhook_endpoints set status = 'disabled' where workspace_id = $1 and id = $2`,
);

export async function disableEndpoint(sql: Sql, workspaceId: number, id: bigint): Promise<void> {
  await sql.query(disable, [workspaceId, id]);
}

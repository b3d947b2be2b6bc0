import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface ErasureKey {
  workspaceId: number;
  id: bigint;
}

export interface Subject {
  emailHash: Buffer | null;
  programId: number | null;
  customerKey: string | null;
}

const insert = statement(
  'erasure.insert',
  `with made as (
     insert into erasures (workspace_id, email_hash, program_id, customer_key, salt, requested_by, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning id
   ), job as (
     select graphile_worker.add_job('erase_person', json_build_object('workspace_id', $1::integer, 'id', id),
       max_attempts => 25) from made
   )
   select made.id from made, job`,
);

/** Writes the request down, and the job that carries it out: both or neither. */
export async function insertErasure(
  trx: Transaction,
  workspaceId: number,
  subject: Subject,
  salt: Buffer,
  by: string,
  at: Date,
): Promise<bigint> {
  const { emailHash, programId, customerKey } = subject;
  const values = [workspaceId, emailHash, programId, customerKey, salt, by, at];
  const [row] = await trx.query<{ id: bigint }>(insert, values);
  return (row as { id: bigint }).id;
}

/** By their old names: who it was, for what is done after PostgreSQL. */
export interface Found {
  customerIds: string[];
  visitors: string[];
  /** Hex. */
  emails: string[];
  stripeObjects: string[];
  /** The last batch of events that may hold an old name. */
  loggedUntil: string;
}

export interface Erasure extends Subject {
  salt: Buffer | null;
  person: Found | null;
  renamedAt: Date | null;
}

const lock = statement(
  'erasure.lock',
  `select email_hash as "emailHash", program_id as "programId", customer_key as "customerKey", salt, person,
     renamed_at as "renamedAt"
   from erasures where workspace_id = $1 and id = $2 for update`,
);

export async function lockErasure(trx: Transaction, key: ErasureKey): Promise<Erasure | undefined> {
  const [row] = await trx.query<Erasure>(lock, [key.workspaceId, key.id]);
  return row;
}

const renamed = statement(
  'erasure.set_renamed',
  `update erasures set renamed_at = $3, person = $4, customers = $5, browsers = $6, payments = $7
   where workspace_id = $1 and id = $2`,
);

export async function setRenamed(
  trx: Transaction,
  key: ErasureKey,
  at: Date,
  person: Found,
  counts: { customers: number; browsers: number; payments: number },
): Promise<void> {
  const { customers, browsers, payments } = counts;
  await trx.query(renamed, [
    ...[key.workspaceId, key.id, at, JSON.stringify(person)],
    ...[customers, browsers, payments],
  ]);
}

const done = statement(
  'erasure.set_done',
  `update erasures set done_at = $3, stripe_events = $4, salt = null, person = null, email_hash = null,
     program_id = null, customer_key = null
   where workspace_id = $1 and id = $2`,
);

/** Nothing leads from the new names to the old ones any more. */
export async function setDone(sql: Sql, key: ErasureKey, at: Date, stripeEvents: number): Promise<void> {
  await sql.query(done, [key.workspaceId, key.id, at, stripeEvents]);
}

export interface ErasureRow {
  id: bigint;
  requestedBy: string;
  requestedAt: Date;
  renamedAt: Date | null;
  doneAt: Date | null;
  customers: number | null;
  browsers: number | null;
  payments: number | null;
  stripeEvents: number | null;
}

const columns = `id, requested_by as "requestedBy", requested_at as "requestedAt", renamed_at as "renamedAt",
  done_at as "doneAt", customers, browsers, payments, stripe_events as "stripeEvents"`;

const find = statement('erasure.find', `select ${columns} from erasures where workspace_id = $1 and id = $2`);

export async function findErasure(sql: Sql, key: ErasureKey): Promise<ErasureRow | undefined> {
  const [row] = await sql.query<ErasureRow>(find, [key.workspaceId, key.id]);
  return row;
}

const list = statement(
  'erasure.list',
  `select ${columns} from erasures where workspace_id = $1 and id < coalesce($2, 9223372036854775807)
   order by id desc limit $3`,
);

export function listErasures(
  sql: Sql,
  workspaceId: number,
  before: bigint | null,
  limit: number,
): Promise<ErasureRow[]> {
  return sql.query(list, [workspaceId, before, limit]);
}

// What is handed out. Read here and not in the rooms: it is one question, of one person, to all of them.

const exports = {
  customers: statement(
    'erasure.export_customers',
    `select program_id, id, customer_key, email_masked, status, created_at, lead_at, converted_at from customers
     where workspace_id = $1 and id = any($2::bigint[]) order by id`,
  ),
  sign_ups: statement(
    'erasure.export_leads',
    `select program_id, id, customer_key, email_masked, click_id, page_url, event_name, created_at from leads
     where workspace_id = $1 and (customer_id = any($2::bigint[]) or email_hash = any($3::bytea[])) order by id`,
  ),
  payments: statement(
    'erasure.export_payments',
    `select p.program_id, p.website_id, p.id, p.transaction_id, p.source, p.amount_minor as amount_cents, p.currency,
       p.occurred_at, coalesce((select sum(r.amount_minor) from refunds r
         where r.workspace_id = p.workspace_id and r.payment_id = p.id and r.undone_at is null), 0)::bigint as refunded_cents
     from payments p
     where p.workspace_id = $1 and (p.customer_id = any($2::bigint[]) or p.email_hash = any($3::bytea[])) order by p.id`,
  ),
  clicks: statement(
    'erasure.export_clicks',
    `select program_id, click_id, clicked_at, partner_id, visitor, web_visitor as visitor_id, web_session as session_id,
       context from clicks
     where workspace_id = $1 and (visitor = any($2::text[]) or web_visitor = any($3::text[])) order by clicked_at, id`,
  ),
  visits: statement(
    'erasure.export_visits',
    `select website_id, visitor_id, session_id, started_at, last_event_at, context from visits
     where workspace_id = $1 and website_id in (select website_id from websites where workspace_id = $1)
       and visitor_id = any($2::text[]) order by started_at`,
  ),
} as const;

export type ExportedPart = keyof typeof exports;

export async function exportPart(
  sql: Sql,
  part: ExportedPart,
  workspaceId: number,
  person: { customerIds: bigint[]; emails: Buffer[]; clickVisitors: string[]; webVisitors: string[] },
): Promise<Record<string, unknown>[]> {
  const { customerIds, emails, clickVisitors, webVisitors } = person;
  const values = {
    customers: [customerIds],
    sign_ups: [customerIds, emails],
    payments: [customerIds, emails],
    clicks: [clickVisitors, webVisitors],
    visits: [webVisitors],
  }[part];
  return sql.query(exports[part], [workspaceId, ...values]);
}

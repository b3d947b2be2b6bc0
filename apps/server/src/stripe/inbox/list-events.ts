import { type StripeEventItem, type StripeEventRecord, stripeEventStates } from '@headwater/contract';
import type { Selectable } from 'kysely';
import {
  AppError,
  afterCursor,
  type Db,
  exactInstant,
  type Page,
  readChoice,
  readCursor,
  readLimit,
  readRange,
  type StripeInboxTable,
  toPage,
} from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';

type EventRow = Omit<Selectable<StripeInboxTable>, 'payload' | 'workspace_id' | 'program_id'>;

const columns = [
  'id',
  'account',
  'livemode',
  'event_id',
  'type',
  'api_version',
  'endpoint_id',
  'origin',
  'created_at',
  'received_at',
  'state',
  'attempts',
  'due_at',
  'reason',
  'notes',
  'processed_at',
] as const;

/** The program's inbox, newest first. */
export async function listEvents(
  db: Db,
  program: Program,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<StripeEventItem>> {
  const limit = readLimit(query);
  const cursor = readCursor(query, ['instant', 'longId']);
  const { from, before } = readRange(query);
  const state = readChoice(query, 'state', stripeEventStates);
  const type = readType(query);
  let rows = ofProgram(db, program).select(columns).select(exactInstant('received_at').as('exact'));
  if (state !== undefined) rows = rows.where('state', '=', state);
  if (type !== undefined) rows = rows.where('type', '=', type);
  if (from !== undefined) rows = rows.where('received_at', '>=', from);
  if (before !== undefined) rows = rows.where('received_at', '<', before);
  if (cursor !== undefined) rows = rows.where(afterCursor('received_at', 'id', cursor));
  const found = await rows
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage(found, limit, toItem, (row) => [row.exact, row.id]);
}

function readType({ type }: Readonly<Record<string, unknown>>): string | undefined {
  if (type === undefined) return undefined;
  if (typeof type !== 'string' || !/^[\w.]{1,255}$/.test(type)) {
    throw new AppError('invalid_request', 'type is invalid');
  }
  return type;
}

function ofProgram(db: Db, program: Program) {
  return db
    .selectFrom('stripe_inbox')
    .where('workspace_id', '=', program.workspaceId)
    .where('program_id', '=', program.id);
}

/** One event with its payload, by our number or by Stripe's `evt_…`; 404 for one of another program too. */
export async function getEvent(db: Db, program: Program, named: unknown): Promise<StripeEventRecord> {
  const text = typeof named === 'string' ? named : '';
  const isNumber = /^\d{1,18}$/.test(text);
  const row = /^[\w.:-]{1,255}$/.test(text)
    ? await ofProgram(db, program)
        .where((where) => (isNumber ? where('id', '=', BigInt(text)) : where('event_id', '=', text)))
        .select(columns)
        .select('payload')
        .orderBy('id', 'desc')
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new AppError('stripe_event_not_found');
  return { ...toItem(row), payload: JSON.parse(row.payload) };
}

function toItem(row: EventRow): StripeEventItem {
  const isOpen = row.state === 'waiting' || row.state === 'failed';
  return {
    id: Number(row.id),
    event_id: row.event_id,
    type: row.type,
    account: row.account === '' ? null : row.account,
    livemode: row.livemode,
    api_version: row.api_version,
    state: row.state,
    reason: row.reason,
    notes: row.notes,
    attempts: row.attempts,
    origin: row.origin,
    endpoint_id: row.endpoint_id,
    created_at: row.created_at.toISOString(),
    received_at: row.received_at.toISOString(),
    processed_at: row.processed_at?.toISOString() ?? null,
    next_attempt_at: isOpen ? row.due_at.toISOString() : null,
  };
}

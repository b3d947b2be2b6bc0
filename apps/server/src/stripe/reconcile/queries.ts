import { type Sql, statement } from '../../platform/index.ts';

interface ProgramKey {
  workspaceId: number;
  id: number;
}

export interface BookedPayment {
  key: string;
  payment_id: bigint;
  amount_minor: bigint;
  currency: string;
  attributed: boolean | null;
  reason: string | null;
}

const bookedPayments = statement(
  'stripe.booked_payments',
  `select k.key, p.id as payment_id, p.amount_minor, p.currency, a.attributed, a.reason
   from payment_keys k
   join payments p on p.workspace_id = k.workspace_id and p.id = k.payment_id
   left join lateral (
     select attributed, reason from attributions a
     where a.workspace_id = p.workspace_id and a.payment_id = p.id order by decision desc limit 1
   ) a on true
   where k.workspace_id = $1 and k.scope = 'p' || $2::integer and k.is_test = $3 and k.key = any($4::text[])`,
);

/** The payments that are known by any of these ids, each with the decision in force. */
export function findBookedPayments(
  sql: Sql,
  program: ProgramKey,
  livemode: boolean,
  keys: readonly string[],
): Promise<BookedPayment[]> {
  return sql.query(bookedPayments, [program.workspaceId, program.id, !livemode, keys]);
}

// A refund that was written anew stands under `re_1~2` (payments/plan-refunds.ts). A lost dispute is in both tables.
const bookedBack = statement(
  'stripe.booked_back',
  `select regexp_replace(refund_key, '~\\d+$', '') as key, sum(amount_minor)::bigint as amount from refunds
   where workspace_id = $1 and payment_id = any($2::bigint[]) and refund_key is not null and undone_at is null
   group by 1
   union all
   select dispute_key, amount_minor from disputes where workspace_id = $1 and payment_id = any($2::bigint[])`,
);

/** What stands in the books of these payments as gone back or contested, by Stripe's id, in our minor units. */
export async function findBookedBack(
  sql: Sql,
  workspaceId: number,
  paymentIds: readonly bigint[],
): Promise<Map<string, bigint>> {
  const rows = await sql.query<{ key: string; amount: bigint }>(bookedBack, [workspaceId, paymentIds]);
  return new Map(rows.map(({ key, amount }) => [key, amount]));
}

const openPayloads = statement(
  'stripe.open_payloads',
  `select state, reason, payload from stripe_inbox
   where workspace_id = $1 and program_id = $2 and livemode = $3 and state in ('waiting', 'failed') order by id limit 2000`,
);

/** What is in the inbox and not in the books yet: few, unless something is wrong. */
export function listOpenPayloads(
  sql: Sql,
  program: ProgramKey,
  livemode: boolean,
): Promise<{ state: 'waiting' | 'failed'; reason: string | null; payload: string }[]> {
  return sql.query(openPayloads, [program.workspaceId, program.id, livemode]);
}

const knownEvents = statement(
  'stripe.known_events',
  `select event_id from stripe_inbox
   where workspace_id = $1 and program_id = $2 and livemode = $3 and event_id = any($4::text[])`,
);

export async function findKnownEvents(
  sql: Sql,
  program: ProgramKey,
  livemode: boolean,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const rows = await sql.query<{ event_id: string }>(knownEvents, [
    program.workspaceId,
    program.id,
    livemode,
    eventIds,
  ]);
  return new Set(rows.map((row) => row.event_id));
}

const connectedPrograms = statement(
  'stripe.connected_programs',
  `select distinct c.program_id from stripe_connections c
   where c.disconnected_at is null and c.method <> 'stated' order by 1`,
);

export async function listConnectedPrograms(sql: Sql): Promise<number[]> {
  const rows = await sql.query<{ program_id: number }>(connectedPrograms);
  return rows.map((row) => row.program_id);
}

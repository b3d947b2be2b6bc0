import { statement, type Transaction } from '../platform/index.ts';
import type { Customer } from './customer.ts';
import { customerColumns, linkVisitors } from './queries.ts';

// By ids that are found first, each by an index of its own: with `or` all customers of the program were read.
const peopleOf = statement(
  'customers.lock_people',
  `select ${customerColumns} from customers c
   where c.workspace_id = $1 and c.program_id = $2 and c.id = any(array(
     select id from customers where workspace_id = $1 and program_id = $2 and customer_key = any($3::text[])
     union all
     select id from customers where workspace_id = $1 and program_id = $2 and email_hash = any($4::bytea[])
     union all
     select unnest($5::bigint[])
     union all
     select customer_id from customer_visitors
     where workspace_id = $1 and program_id = $2 and kind = 'click' and visitor = any($6::text[])
     union all
     select customer_id from customer_visitors
     where workspace_id = $1 and program_id = $2 and kind = 'web' and visitor = any($7::text[])))
   order by c.id for update of c`,
);

/** Everybody whom one of these identifiers names, in the order they became known, locked. */
export function lockPeople(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  identifiers: {
    keys: readonly string[];
    emailHashes: readonly Buffer[];
    ids: readonly bigint[];
    visitors: readonly string[];
    webVisitors: readonly string[];
  },
): Promise<Customer[]> {
  return trx.query(peopleOf, [
    program.workspaceId,
    program.id,
    identifiers.keys,
    identifiers.emailHashes,
    identifiers.ids,
    identifiers.visitors,
    identifiers.webVisitors,
  ]);
}

const lockByIds = statement(
  'customers.lock_by_ids',
  `select ${customerColumns} from customers c
   where c.workspace_id = $1 and c.id = any($2::bigint[]) order by c.id for update of c`,
);

/** These customers, in the order they became known, locked. */
export function lockCustomers(
  trx: Transaction,
  workspaceId: number,
  customerIds: readonly bigint[],
): Promise<Customer[]> {
  return trx.query(lockByIds, [workspaceId, customerIds]);
}

const insertUnnamed = statement(
  'customers.insert_unnamed',
  `insert into customers (workspace_id, program_id, status, created_at)
   select $1, $2, 'click', m.at from unnest($3::timestamptz[]) with ordinality as m(at, position) order by m.position
   returning id`,
);

/** Customers of whom nothing is known yet, in the order of the instants since which they are known. */
export async function insertUnnamedCustomers(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  since: readonly Date[],
): Promise<Customer[]> {
  if (since.length === 0) return [];
  const rows = await trx.query<{ id: bigint }>(insertUnnamed, [program.workspaceId, program.id, since]);
  const ids = rows.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1));
  return ids.map((id) => ({
    ...unnamed,
    workspaceId: program.workspaceId,
    programId: program.id,
    id,
  }));
}

const unnamed = {
  customerKey: null,
  emailHash: null,
  emailMasked: null,
  status: 'click' as const,
  boundPaymentId: null,
  visitors: [],
  webVisitors: [],
  mayHaveWaitingLeads: true,
};

const teachAll = statement(
  'customers.teach',
  `update customers c set customer_key = coalesce(c.customer_key, t.key), email_hash = coalesce(c.email_hash, t.hash),
     email_masked = coalesce(c.email_masked, t.masked)
   from unnest($2::bigint[], $3::text[], $4::bytea[], $5::text[]) as t(id, key, hash, masked)
   where c.workspace_id = $1 and c.id = t.id`,
);

/** What a customer learns: key and email where it lacks them, browsers it was not seen with. */
export interface Lesson {
  customerId: bigint;
  customerKey: string | null;
  email: { hash: Buffer; masked: string } | null;
  browsers: readonly { kind: 'click' | 'web'; visitor: string }[];
}

/**
 * Teaches locked customers of one program, one lesson each, all by two statements. A key that was
 * taken by somebody meanwhile ends the transaction (`customers_key`): whoever tries again finds its owner.
 */
export async function teachCustomers(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  lessons: readonly Lesson[],
  at: Date,
): Promise<void> {
  const named = lessons.filter(({ customerKey, email }) => customerKey !== null || email !== null);
  if (named.length > 0) {
    await trx.query(teachAll, [
      program.workspaceId,
      named.map(({ customerId }) => customerId),
      named.map(({ customerKey }) => customerKey),
      named.map(({ email }) => email?.hash ?? null),
      named.map(({ email }) => email?.masked ?? null),
    ]);
  }
  const seen = lessons.flatMap(({ customerId, browsers }) =>
    browsers.map((browser) => ({ customerId, ...browser })),
  );
  await linkVisitors(trx, program, seen, at);
}

const forget = statement(
  'customers.forget_learned',
  `with browsers as (
     delete from customer_visitors where workspace_id = $1 and customer_id = $2
       and ((kind = 'click' and visitor = any($5::text[])) or (kind = 'web' and visitor = any($6::text[])))
   )
   update customers set
     customer_key = case when customer_key = $3 then null else customer_key end,
     email_hash = case when email_hash = $4 then null else email_hash end,
     email_masked = case when email_hash = $4 then null else email_masked end
   where workspace_id = $1 and id = $2`,
);

/** What a customer was told to be known by. */
export interface Learned {
  key: string | null;
  emailHash: Buffer | null;
  visitors: readonly string[];
  webVisitors: readonly string[];
}

/** Takes back what a customer learned from a source that turned out to mean somebody else. */
export async function forgetLearned(
  trx: Transaction,
  customer: { workspaceId: number; id: bigint },
  learned: Learned,
): Promise<void> {
  await trx.query(forget, [
    customer.workspaceId,
    customer.id,
    learned.key,
    learned.emailHash,
    learned.visitors,
    learned.webVisitors,
  ]);
}

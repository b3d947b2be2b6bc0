import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import type { LedgerTransaction, PaymentBalance, PostedEntry } from './transaction.ts';

// One statement for head and entries: the balance trigger judges exactly what one transaction posts.
const insert = statement(
  'ledger.insert_transaction',
  `with head as (
     insert into ledger_transactions (workspace_id, program_id, kind, payment_id, posted_at, reason)
     values ($1, $2, $3, $4, $5, $11) returning id
   ), entries as (
     insert into ledger_entries
       (workspace_id, transaction_id, program_id, partner_id, account, currency, amount_minor, commission_id,
        payment_id, posted_at)
     select $1, head.id, $2, e.partner_id, e.account, e.currency, e.amount_minor, e.commission_id, $4, $5
     from head, unnest($6::integer[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
       as e(partner_id, account, currency, amount_minor, commission_id)
   )
   select id from head`,
);

export async function insertTransaction(trx: Transaction, transaction: LedgerTransaction): Promise<bigint> {
  const { entries } = transaction;
  const [row] = await trx.query<{ id: bigint }>(insert, [
    transaction.workspaceId,
    transaction.programId,
    transaction.kind,
    transaction.paymentId,
    transaction.postedAt,
    entries.map((entry) => entry.partnerId),
    entries.map((entry) => entry.account),
    entries.map((entry) => entry.currency),
    entries.map((entry) => entry.amountMinor),
    entries.map((entry) => entry.commissionId),
    transaction.reason ?? null,
  ]);
  return (row as { id: bigint }).id;
}

// Ids are drawn first, so that each entry knows its head in the same statement.
const insertMany = statement(
  'ledger.insert_transactions',
  `with heads as materialized (
     select h.n, nextval(pg_get_serial_sequence('ledger_transactions', 'id')) as id, h.program_id, h.kind, h.payment_id,
       h.posted_at
     from unnest($2::integer[], $3::text[], $4::bigint[], $5::timestamptz[]) with ordinality
       as h(program_id, kind, payment_id, posted_at, n)
   ), inserted as (
     insert into ledger_transactions (workspace_id, id, program_id, kind, payment_id, posted_at) overriding system value
     select $1, id, program_id, kind, payment_id, posted_at from heads
   )
   insert into ledger_entries
     (workspace_id, transaction_id, program_id, partner_id, account, currency, amount_minor, commission_id, payment_id,
      posted_at)
   select $1, heads.id, heads.program_id, e.partner_id, e.account, e.currency, e.amount_minor, e.commission_id,
     heads.payment_id, heads.posted_at
   from unnest($6::bigint[], $7::integer[], $8::text[], $9::text[], $10::bigint[], $11::bigint[])
     as e(n, partner_id, account, currency, amount_minor, commission_id)
   join heads using (n)
   order by e.n`,
);

export async function insertTransactions(
  trx: Transaction,
  workspaceId: number,
  transactions: readonly Omit<LedgerTransaction, 'workspaceId' | 'reason'>[],
): Promise<void> {
  const entries = transactions.flatMap((one, index) =>
    one.entries.map((entry) => ({ ...entry, n: index + 1 })),
  );
  await trx.query(insertMany, [
    workspaceId,
    transactions.map((one) => one.programId),
    transactions.map((one) => one.kind),
    transactions.map((one) => one.paymentId),
    transactions.map((one) => one.postedAt),
    entries.map((entry) => entry.n),
    entries.map((entry) => entry.partnerId),
    entries.map((entry) => entry.account),
    entries.map((entry) => entry.currency),
    entries.map((entry) => entry.amountMinor),
    entries.map((entry) => entry.commissionId),
  ]);
}

const sum = statement(
  'ledger.sum_entries',
  `select currency, sum(amount_minor)::bigint as balance from ledger_entries
   where workspace_id = $1 and program_id = $2 and account = $3 and ($4::integer is null or partner_id = $4)
   group by currency`,
);

export function sumEntries(
  sql: Sql,
  account: { workspaceId: number; programId: number; account: Account; partnerId?: number },
): Promise<{ currency: Currency; balance: bigint }[]> {
  return sql.query(sum, [account.workspaceId, account.programId, account.account, account.partnerId ?? null]);
}

const sumsOfPayment = statement(
  'ledger.sum_entries_of_payment',
  `select e.account, e.partner_id as "partnerId", e.commission_id as "commissionId", e.currency,
     sum(e.amount_minor)::bigint as "amountMinor", bool_or(t.kind = 'approval') as approved
   from ledger_entries e
   join ledger_transactions t on t.workspace_id = e.workspace_id and t.id = e.transaction_id
   where e.workspace_id = $1 and e.payment_id = $2
   group by e.account, e.partner_id, e.commission_id, e.currency
   order by e.account, e.partner_id, e.commission_id, e.currency`,
);

export function sumEntriesOfPayment(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<PaymentBalance[]> {
  return sql.query(sumsOfPayment, [workspaceId, paymentId]);
}

const listOfPayment = statement(
  'ledger.list_entries_of_payment',
  `select id, account, partner_id as "partnerId", amount_minor as "amountMinor", currency, posted_at as "postedAt"
   from ledger_entries where workspace_id = $1 and payment_id = $2 order by id`,
);

export function listEntriesOfPayment(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<PostedEntry[]> {
  return sql.query(listOfPayment, [workspaceId, paymentId]);
}

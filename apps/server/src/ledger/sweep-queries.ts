import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import type { Rest, Sweep } from './sweep.ts';
import type { LedgerTransaction } from './transaction.ts';

export interface ProgramKey {
  workspaceId: number;
  programId: number;
}

export type Head = Omit<LedgerTransaction, 'entries' | 'paymentId' | 'reason'>;

const columns = `workspace_id, transaction_id, program_id, partner_id, account, currency, amount_minor, commission_id,
  payment_id, posted_at`;

// Both sides of each line are posted together, so that the statement balances by itself.
const insertSweep = statement(
  'ledger.insert_sweep',
  `with swept as materialized (
     select currency, account, partner_id, commission_id, payment_id, sum(amount_minor)::bigint as balance
     from ledger_entries
     where workspace_id = $1 and program_id = $2 and account = any($5::text[])
       and (posted_at < $7 or transaction_id = any($8::bigint[]))
     group by currency, account, partner_id, commission_id, payment_id having sum(amount_minor) <> 0
   ), heads as materialized (
     select currency, nextval(pg_get_serial_sequence('ledger_transactions', 'id')) as id
     from (select distinct currency from swept order by currency) as currencies
   ), posted_heads as (
     insert into ledger_transactions (workspace_id, id, program_id, kind, posted_at) overriding system value
     select $1, id, $2, $3, $4 from heads
   ), posted as (
     insert into ledger_entries (${columns})
     select $1, heads.id, $2, partner_id, side.account, currency, side.amount, commission_id, payment_id, $4
     from swept join heads using (currency)
     join unnest($5::text[], $6::text[]) as way(source, target) on way.source = swept.account
     cross join lateral (values (source, -balance), (target, balance)) as side(account, amount)
     order by swept.account, partner_id, commission_id, payment_id
   )
   select currency, heads.id as "transactionId", account, -sum(balance)::bigint as minor
   from swept join heads using (currency) group by currency, heads.id, account order by currency`,
);

export function insertSwept(
  trx: Transaction,
  head: Head,
  sweep: Sweep,
): Promise<{ currency: Currency; transactionId: bigint; account: Account; minor: bigint }[]> {
  return trx.query(insertSweep, [
    ...[head.workspaceId, head.programId, head.kind, head.postedAt],
    ...[[...sweep.to.keys()], [...sweep.to.values()], sweep.before, sweep.alsoOf],
  ]);
}

// What is owed stands below zero.
const restOf = `
  select partner_id, commission_id, payment_id,
    (coalesce(-sum(amount_minor) filter (where account = $3), 0)
      - greatest(coalesce(sum(amount_minor) filter (where account = $4), 0), 0))::bigint as minor
  from ledger_entries
  where workspace_id = $1 and program_id = $2 and account in ($3, $4) and currency = $5`;

const sumRestOf = statement(
  'ledger.sum_rest',
  `select partner_id as "partnerId", sum(minor)::bigint as minor
   from (${restOf} group by partner_id, commission_id, payment_id) as rest
   group by partner_id having sum(minor) <> 0 order by partner_id`,
);

export async function sumRest(
  sql: Sql,
  { workspaceId, programId }: ProgramKey,
  { from, lessDebitOf, currency }: Rest,
): Promise<Map<number, bigint>> {
  const values = [workspaceId, programId, from, lessDebitOf, currency];
  const rows = await sql.query<{ partnerId: number; minor: bigint }>(sumRestOf, values);
  return new Map(rows.map(({ partnerId, minor }) => [partnerId, minor]));
}

const insertRestOf = statement(
  'ledger.insert_rest',
  `with head as (
     insert into ledger_transactions (workspace_id, program_id, kind, posted_at) values ($1, $2, $7, $8) returning id
   ), posted as (
     insert into ledger_entries (${columns})
     select $1, head.id, $2, partner_id, side.account, $5, side.amount, commission_id, payment_id, $8
     from (${restOf} and partner_id = any($9::integer[]) group by partner_id, commission_id, payment_id) as rest, head,
       lateral (values ($3, minor), ($6, -minor)) as side(account, amount)
     where minor <> 0
     order by partner_id, commission_id
   )
   select id from head`,
);

export async function insertRest(
  trx: Transaction,
  head: Head,
  rest: Rest & { to: Account; partnerIds: readonly number[] },
): Promise<bigint> {
  const [row] = await trx.query<{ id: bigint }>(insertRestOf, [
    ...[head.workspaceId, head.programId, rest.from, rest.lessDebitOf, rest.currency, rest.to],
    ...[head.kind, head.postedAt, rest.partnerIds],
  ]);
  return (row as { id: bigint }).id;
}

// Two statements: planned for any partner or none, one cannot look into the index for the partner’s own entries, and each of
// a batch's payouts would read the whole batch.
const insertOn = (name: string, ofPartner: string) =>
  statement(
    name,
    `with head as (
       insert into ledger_transactions (workspace_id, program_id, kind, posted_at) values ($1, $2, $3, $4) returning id
     )
     insert into ledger_entries (${columns})
     select $1, head.id, $2, partner_id, side.account, currency, side.amount, commission_id, payment_id, $4
     from head, ledger_entries e,
       lateral (values ($5, -amount_minor), ($6, amount_minor)) as side(account, amount)
     where e.workspace_id = $1 and e.program_id = $2 and e.account = $5 and e.currency = $7
       and e.transaction_id = $8${ofPartner}
     order by e.id`,
  );
const insertAllOn = insertOn('ledger.insert_onward', '');
const insertPartnersOn = insertOn('ledger.insert_onward_of_partner', ' and e.partner_id = $9');

export async function insertOnward(
  trx: Transaction,
  head: Head,
  money: { transactionId: bigint; from: Account; to: Account; currency: Currency; partnerId: number | null },
): Promise<void> {
  const { partnerId } = money;
  await trx.query(partnerId === null ? insertAllOn : insertPartnersOn, [
    ...[head.workspaceId, head.programId, head.kind, head.postedAt],
    ...[money.from, money.to, money.currency, money.transactionId],
    ...(partnerId === null ? [] : [partnerId]),
  ]);
}

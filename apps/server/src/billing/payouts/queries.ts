import type { Currency } from '../../money/index.ts';
import { type Sql, statement, type Transaction } from '../../platform/index.ts';
import type { ProgramKey } from '../invoices/queries.ts';

// Balances, and the making and settling of payouts.

// What a partner can be sent of one commission: what was billed of it, less what came back and is not credited yet.
export const perCommission = `
  select partner_id, currency, commission_id, max(payment_id) as payment_id,
    coalesce(-sum(amount_minor) filter (where account = 'partner_pending'), 0) as pending,
    coalesce(-sum(amount_minor) filter (where account = 'partner_disputed'), 0) as disputed,
    coalesce(-sum(amount_minor) filter (where account = 'partner_approved'), 0) as approved,
    coalesce(-sum(amount_minor) filter (where account = 'partner_invoiced'), 0) as invoiced,
    coalesce(-sum(amount_minor) filter (where account = 'partner_payout'), 0) as payout,
    coalesce(-sum(amount_minor) filter (where account = 'partner_paid'), 0) as paid
  from ledger_entries
  where workspace_id = $1 and program_id = $2 and account in ('partner_pending', 'partner_disputed',
    'partner_approved', 'partner_invoiced', 'partner_payout', 'partner_paid')`;

export interface BalanceRow {
  partnerId: number;
  partner: string;
  currency: Currency;
  pendingMinor: bigint;
  disputedMinor: bigint;
  approvedMinor: bigint;
  availableMinor: bigint;
  processingMinor: bigint;
  paidMinor: bigint;
}

const balances = statement(
  'billing.list_balances',
  `with per_commission as (
     ${perCommission} and ($3::integer is null or partner_id = $3) and partner_id > $4
     group by partner_id, currency, commission_id
   )
   select c.partner_id as "partnerId", p.name as partner, c.currency,
     sum(pending)::bigint as "pendingMinor", sum(disputed)::bigint as "disputedMinor",
     sum(greatest(approved, 0))::bigint as "approvedMinor",
     sum(invoiced + least(approved, 0))::bigint as "availableMinor",
     sum(payout)::bigint as "processingMinor", sum(paid)::bigint as "paidMinor"
   from per_commission c join partners p on p.workspace_id = $1 and p.id = c.partner_id
   group by c.partner_id, p.name, c.currency order by c.partner_id, c.currency`,
);

/** What partners have in a program, derived from its entries: one row a partner and currency, those after a partner. */
export function listBalances(
  sql: Sql,
  program: ProgramKey,
  partnerId: number | null = null,
  afterPartnerId = 0,
): Promise<BalanceRow[]> {
  return sql.query(balances, [program.workspaceId, program.programId, partnerId, afterPartnerId]);
}

/** What partners can be sent: what was billed, less what came back and is not credited yet. */
export const available = { from: 'partner_invoiced', lessDebitOf: 'partner_approved' } as const;

const threshold = statement(
  'billing.find_threshold',
  `select threshold_minor as minor from payout_thresholds where workspace_id = $1 and program_id = $2 and currency = $3`,
);

export async function findThreshold(sql: Sql, program: ProgramKey, currency: Currency): Promise<bigint> {
  const [row] = await sql.query<{ minor: bigint }>(threshold, [
    program.workspaceId,
    program.programId,
    currency,
  ]);
  return row?.minor ?? 0n;
}

const thresholds = statement(
  'billing.list_thresholds',
  `select currency, threshold_minor as minor from payout_thresholds
   where workspace_id = $1 and program_id = $2 order by currency`,
);

export function listThresholds(
  sql: Sql,
  program: ProgramKey,
): Promise<{ currency: string; minor: bigint }[]> {
  return sql.query(thresholds, [program.workspaceId, program.programId]);
}

const saveThreshold = statement(
  'billing.save_threshold',
  `insert into payout_thresholds (workspace_id, program_id, currency, threshold_minor) values ($1, $2, $3, $4)
   on conflict (workspace_id, program_id, currency) do update set threshold_minor = excluded.threshold_minor`,
);

export async function upsertThreshold(
  trx: Transaction,
  program: ProgramKey,
  currency: Currency,
  minor: number,
): Promise<void> {
  await trx.query(saveThreshold, [program.workspaceId, program.programId, currency, minor]);
}

const methodsOf = statement(
  'billing.list_methods_of',
  `select distinct on (partner_id) partner_id as "partnerId", id from payout_methods
   where workspace_id = $1 and partner_id = any($2::integer[]) order by partner_id, id desc`,
);

/** The methods in force, by partner. */
export async function findMethodIds(
  sql: Sql,
  workspaceId: number,
  partnerIds: readonly number[],
): Promise<Map<number, bigint>> {
  const rows = await sql.query<{ partnerId: number; id: bigint }>(methodsOf, [workspaceId, partnerIds]);
  return new Map(rows.map(({ partnerId, id }) => [partnerId, id]));
}

export interface NewBatch extends ProgramKey {
  currency: Currency;
  ledgerTransactionId: bigint;
  createdBy: string;
  createdAt: Date;
}

const insertOne = statement(
  'billing.insert_batch',
  `with batch as (
     insert into payout_batches (workspace_id, program_id, currency, ledger_transaction_id, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6) returning id
   ), lines as (
     insert into payouts (workspace_id, batch_id, program_id, partner_id, amount_minor, method_id)
     select $1, batch.id, $2, l.partner_id, l.amount_minor, l.method_id
     from batch, unnest($7::integer[], $8::bigint[], $9::bigint[]) as l(partner_id, amount_minor, method_id)
   )
   select id from batch`,
);

export async function insertBatch(
  trx: Transaction,
  batch: NewBatch,
  lines: readonly { partnerId: number; amountMinor: bigint; methodId: bigint }[],
): Promise<bigint> {
  const [row] = await trx.query<{ id: bigint }>(insertOne, [
    batch.workspaceId,
    batch.programId,
    batch.currency,
    batch.ledgerTransactionId,
    batch.createdBy,
    batch.createdAt,
    lines.map((one) => one.partnerId),
    lines.map((one) => one.amountMinor),
    lines.map((one) => one.methodId),
  ]);
  return (row as { id: bigint }).id;
}

const insertStepRow = statement(
  'billing.insert_batch_step',
  `insert into payout_batch_steps (workspace_id, batch_id, step, reason, done_by, done_at)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning step`,
);

/** False: it was done before. */
export async function insertStep(
  trx: Transaction,
  workspaceId: number,
  batchId: bigint,
  step: {
    step: 'approved' | 'rejected' | 'processing';
    reason: string | null;
    doneBy: string;
    doneAt: Date;
  },
): Promise<boolean> {
  const values = [workspaceId, batchId, step.step, step.reason, step.doneBy, step.doneAt];
  return (await trx.query(insertStepRow, values)).length > 0;
}

const insertResultRow = statement(
  'billing.insert_payout_result',
  `insert into payout_results (workspace_id, payout_id, result, reference, reason, recorded_by, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning payout_id`,
);

export interface PayoutResult {
  result: 'completed' | 'failed';
  reference: string | null;
  reason: string | null;
  recordedBy: string;
  recordedAt: Date;
}

/** False: it has a result. */
export async function insertResult(
  trx: Transaction,
  workspaceId: number,
  payoutId: bigint,
  result: PayoutResult,
): Promise<boolean> {
  const values = [workspaceId, payoutId, result.result, result.reference, result.reason];
  return (await trx.query(insertResultRow, [...values, result.recordedBy, result.recordedAt])).length > 0;
}

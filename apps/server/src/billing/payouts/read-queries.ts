import type { Currency } from '../../money/index.ts';
import { type Sql, statement } from '../../platform/index.ts';

// Batches and payouts as they are read. Where they stand is derived from what was done with them.

type Status = 'pending' | 'approved' | 'processing' | 'completed' | 'rejected' | 'failed';

export interface BatchRow {
  id: bigint;
  programId: number;
  currency: Currency;
  ledgerTransactionId: bigint;
  createdBy: string;
  createdAt: Date;
  payouts: number;
  totalMinor: bigint;
  status: Status;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
}

const batches = `
  select b.id, b.program_id as "programId", b.currency, b.ledger_transaction_id as "ledgerTransactionId",
    b.created_by as "createdBy", b.created_at as "createdAt", l.payouts, l.total as "totalMinor",
    d.done_by as "decidedBy", d.done_at as "decidedAt", d.reason,
    case when d.step = 'rejected' then 'rejected' when d.step is null then 'pending'
      when l.settled = l.payouts then 'completed' when s.step is not null then 'processing' else 'approved' end as status
  from payout_batches b
  join lateral (
    select count(*)::integer as payouts, count(r.payout_id)::integer as settled, sum(p.amount_minor)::bigint as total
    from payouts p left join payout_results r on r.workspace_id = p.workspace_id and r.payout_id = p.id
    where p.workspace_id = b.workspace_id and p.batch_id = b.id
  ) l on true
  left join payout_batch_steps d
    on d.workspace_id = b.workspace_id and d.batch_id = b.id and d.step in ('approved', 'rejected')
  left join payout_batch_steps s on s.workspace_id = b.workspace_id and s.batch_id = b.id and s.step = 'processing'`;

const findOne = statement('billing.find_batch', `${batches} where b.workspace_id = $1 and b.id = $2`);

export async function findBatchRow(sql: Sql, workspaceId: number, id: number): Promise<BatchRow | undefined> {
  const [row] = await sql.query<BatchRow>(findOne, [workspaceId, id]);
  return row;
}

const list = statement(
  'billing.list_batches',
  `${batches} where b.workspace_id = $1 and b.program_id = $2 and ($3::bigint is null or b.id < $3)
   order by b.id desc limit $4`,
);

/** Newest first. */
export function listBatchRows(
  sql: Sql,
  asked: { workspaceId: number; programId: number; beforeId: string | null; limit: number },
): Promise<BatchRow[]> {
  return sql.query(list, [asked.workspaceId, asked.programId, asked.beforeId, asked.limit]);
}

export interface PayoutRow {
  id: bigint;
  batchId: bigint;
  partnerId: number;
  partner: string;
  amountMinor: bigint;
  method: 'bank_transfer' | 'paypal' | 'stripe' | 'wise';
  detailsSealed: Buffer;
  /** An account is told, and not only an address: of a `wise` method. */
  hasIban: boolean;
  result: 'completed' | 'failed' | null;
  reference: string | null;
  reason: string | null;
}

const payouts = `
  select p.id, p.batch_id as "batchId", p.partner_id as "partnerId", n.name as partner, p.amount_minor as "amountMinor",
    m.method, m.details_sealed as "detailsSealed", m.details_masked ->> 'iban' is not null as "hasIban", r.result, r.reference, r.reason
  from payouts p
  join partners n on n.workspace_id = p.workspace_id and n.id = p.partner_id
  join payout_methods m on m.workspace_id = p.workspace_id and m.id = p.method_id
  left join payout_results r on r.workspace_id = p.workspace_id and r.payout_id = p.id`;

const payoutsOf = statement(
  'billing.list_payouts',
  `${payouts} where p.workspace_id = $1 and p.batch_id = $2 order by p.partner_id`,
);

export function listPayoutRows(sql: Sql, workspaceId: number, batchId: bigint): Promise<PayoutRow[]> {
  return sql.query(payoutsOf, [workspaceId, batchId]);
}

const findPayout = statement('billing.find_payout', `${payouts} where p.workspace_id = $1 and p.id = $2`);

export async function findPayoutRow(
  sql: Sql,
  workspaceId: number,
  id: number,
): Promise<PayoutRow | undefined> {
  const [row] = await sql.query<PayoutRow>(findPayout, [workspaceId, id]);
  return row;
}

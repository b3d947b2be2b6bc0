import type { Currency } from '../money/index.ts';
import { statement, type Transaction } from '../platform/index.ts';

/** A commission whose hold is over. */
export interface DueCommission {
  workspaceId: number;
  programId: number;
  paymentId: bigint | null;
  commissionId: bigint;
  partnerId: number;
  currency: Currency;
  pendingMinor: bigint;
  /** When its hold ended, or its money last moved, if that was later. */
  at: Date;
}

const takeDue = statement(
  'commissions.take_due_holds',
  `delete from commission_holds h using (
     select workspace_id, commission_id from commission_holds
     where due_at <= $1 order by due_at limit $2 for update skip locked
   ) due
   where h.workspace_id = due.workspace_id and h.commission_id = due.commission_id
   returning h.workspace_id as "workspaceId", h.commission_id as id, h.due_at as "dueAt"`,
);

const lock = statement(
  'commissions.lock_due',
  `select from commissions where (workspace_id, id) in (select * from unnest($1::integer[], $2::bigint[]))
   order by workspace_id, id for update`,
);

const standings = statement(
  'commissions.standings_of_due',
  `select c.workspace_id as "workspaceId", c.program_id as "programId", c.payment_id as "paymentId",
     c.id as "commissionId", c.partner_id as "partnerId", c.currency, e.pending as "pendingMinor",
     greatest(due.at, e.last_at) as at
   from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) as due(workspace_id, id, at)
   join commissions c on c.workspace_id = due.workspace_id and c.id = due.id
   cross join lateral (
     select coalesce(-sum(amount_minor) filter (where account = 'partner_pending'), 0)::bigint as pending,
       max(posted_at) as last_at
     from ledger_entries where workspace_id = c.workspace_id and commission_id = c.id
   ) e
   order by c.workspace_id, c.id`,
);

/**
 * Takes commissions whose hold is over off the list. Locks first, reads after: what is read is what nobody else can move
 * meanwhile.
 */
export async function takeDueCommissions(
  trx: Transaction,
  now: Date,
  limit: number,
): Promise<DueCommission[]> {
  const due = await trx.query<{ workspaceId: number; id: bigint; dueAt: Date }>(takeDue, [now, limit]);
  if (due.length === 0) return [];
  const keys = [due.map(({ workspaceId }) => workspaceId), due.map(({ id }) => id)];
  await trx.query(lock, keys);
  return trx.query(standings, [...keys, due.map(({ dueAt }) => dueAt)]);
}

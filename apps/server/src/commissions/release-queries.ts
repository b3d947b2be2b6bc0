import type { Currency } from '../money/index.ts';
import { locks, statement, type Transaction } from '../platform/index.ts';

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

export interface CommissionKey {
  workspaceId: number;
  id: bigint;
}

const lockRelease = statement(
  'commissions.lock_release',
  `select pg_advisory_xact_lock(${locks.releaseHolds})`,
);

/**
 * Releases come one after the other: whoever returns from one knows that everything due is released, what another process
 * was at included. The Monday run stands on that.
 */
export async function lockReleases(trx: Transaction): Promise<void> {
  await trx.query(lockRelease);
}

const due = statement(
  'commissions.find_due_holds',
  `select workspace_id as "workspaceId", commission_id as id from commission_holds
   where due_at <= $1 order by due_at limit $2`,
);

/** The first of those whose hold is over, which nobody has locked yet. */
export function findDue(trx: Transaction, now: Date, limit: number): Promise<CommissionKey[]> {
  return trx.query(due, [now, limit]);
}

const lock = statement(
  'commissions.lock_due',
  `select from commissions where (workspace_id, id) in (select * from unnest($1::integer[], $2::bigint[]))
   order by workspace_id, id for update`,
);

const takeOff = statement(
  'commissions.take_off_holds',
  `delete from commission_holds
   where (workspace_id, commission_id) in (select * from unnest($1::integer[], $2::bigint[])) and due_at <= $3
   returning workspace_id as "workspaceId", commission_id as id, due_at as "dueAt"`,
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
 * Takes commissions whose hold is over off the list, those whose hold somebody prolonged meanwhile excepted. Locks first,
 * reads after: what is read is what nobody else can move. Whoever changes a hold locks its commission before, as this does.
 */
export async function takeDueCommissions(
  trx: Transaction,
  keys: readonly CommissionKey[],
  now: Date,
): Promise<DueCommission[]> {
  const columns = [keys.map(({ workspaceId }) => workspaceId), keys.map(({ id }) => id)];
  await trx.query(lock, columns);
  const taken = await trx.query<CommissionKey & { dueAt: Date }>(takeOff, [...columns, now]);
  return trx.query(standings, [
    taken.map(({ workspaceId }) => workspaceId),
    taken.map(({ id }) => id),
    taken.map(({ dueAt }) => dueAt),
  ]);
}

import type { PortalBalance, PortalPayout } from '@headwater/contract';
import type { Currency } from '../../money/index.ts';
import { type Page, readCursor, readLimit, type Sql, statement, toPage } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { listOwnThresholds } from './own-thresholds.ts';
import * as queries from './queries.ts';

/** What one partner has in a program, with the balance from which on it is sent: one a currency, the program's own too. */
export async function listBalancesOfPartner(
  sql: Sql,
  program: Program,
  partnerId: number,
): Promise<PortalBalance[]> {
  const key = { workspaceId: program.workspaceId, programId: program.id };
  const rows = await queries.listBalances(sql, key, partnerId);
  const currencies = [...new Set([program.currency, ...rows.map(({ currency }) => currency)])];
  return Promise.all(
    currencies.map(async (currency) => {
      const row = rows.find((one) => one.currency === currency);
      const least = await queries.findThreshold(sql, key, currency);
      const own = (await listOwnThresholds(sql, key, currency, partnerId)).get(partnerId) ?? 0n;
      return {
        currency,
        pending_cents: Number(row?.pendingMinor ?? 0n),
        disputed_cents: Number(row?.disputedMinor ?? 0n),
        approved_cents: Number(row?.approvedMinor ?? 0n),
        available_cents: Number(row?.availableMinor ?? 0n),
        processing_cents: Number(row?.processingMinor ?? 0n),
        paid_cents: Number(row?.paidMinor ?? 0n),
        threshold_cents: Number(own > least ? own : least),
        program_threshold_cents: Number(least),
      };
    }),
  );
}

interface PayoutOfPartner {
  id: bigint;
  amountMinor: bigint;
  currency: Currency;
  method: PortalPayout['method'];
  status: PortalPayout['status'];
  reference: string | null;
  reason: string | null;
  createdAt: Date;
  settledAt: Date | null;
}

// Why a whole batch was rejected is the program's own matter.
const payoutsOf = statement(
  'billing.list_payouts_of_partner',
  `select p.id, p.amount_minor as "amountMinor", b.currency, m.method, r.reference, r.reason,
     b.created_at as "createdAt", r.recorded_at as "settledAt",
     case when r.result is not null then r.result when d.step = 'rejected' then 'rejected'
       when s.step is not null then 'processing' when d.step = 'approved' then 'approved' else 'pending' end as status
   from payouts p
   join payout_batches b on b.workspace_id = p.workspace_id and b.id = p.batch_id
   join payout_methods m on m.workspace_id = p.workspace_id and m.id = p.method_id
   left join payout_results r on r.workspace_id = p.workspace_id and r.payout_id = p.id
   left join payout_batch_steps d
     on d.workspace_id = p.workspace_id and d.batch_id = p.batch_id and d.step in ('approved', 'rejected')
   left join payout_batch_steps s
     on s.workspace_id = p.workspace_id and s.batch_id = p.batch_id and s.step = 'processing'
   where p.workspace_id = $1 and p.program_id = $2 and p.partner_id = $3 and ($4::bigint is null or p.id < $4)
   order by p.id desc limit $5`,
);

/** The payouts of one partner, newest first. */
export async function listPayoutsOfPartner(
  sql: Sql,
  program: Program,
  partnerId: number,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<PortalPayout>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['longId'])?.[0] ?? null;
  const values = [program.workspaceId, program.id, partnerId, before, limit + 1];
  const rows = await sql.query<PayoutOfPartner>(payoutsOf, values);
  const toItem = (row: PayoutOfPartner): PortalPayout => ({
    id: Number(row.id),
    program_id: program.id,
    status: row.status,
    amount_cents: Number(row.amountMinor),
    currency: row.currency,
    method: row.method,
    reference: row.reference,
    reason: row.reason,
    created_at: row.createdAt.toISOString(),
    settled_at: row.settledAt?.toISOString() ?? null,
  });
  return toPage(rows, limit, toItem, (row) => [row.id]);
}

import { postTransaction } from '../src/ledger/index.ts';
import type { Currency } from '../src/money/index.ts';
import type { Transaction } from '../src/platform/index.ts';

interface Approved {
  programId: number;
  paymentId: bigint | null;
  partnerId: number;
  currency: Currency;
  commissionId: bigint;
  minor: bigint;
}

/**
 * Puts the approved money of commissions where a finished payout leaves it, without the weeks of invoices and batches
 * before. For tests of what happens to money that is gone. Returns how many moved.
 */
export async function markPaid(
  trx: Transaction,
  workspaceId: number,
  commissionIds: readonly bigint[],
  now: Date,
): Promise<number> {
  // Locked first, read after: what is read nobody else can move meanwhile.
  await trx.query('select from commissions where workspace_id = $1 and id = any($2) order by id for update', [
    workspaceId,
    commissionIds,
  ]);
  const approved = await trx.query<Approved>(
    `select c.program_id as "programId", c.payment_id as "paymentId", c.partner_id as "partnerId", c.currency,
       c.id as "commissionId", s.approved_minor as minor
     from commissions c join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id
     where c.workspace_id = $1 and c.id = any($2) and s.approved_minor > 0 order by c.id`,
    [workspaceId, commissionIds],
  );
  for (const { programId, paymentId, partnerId, currency, commissionId, minor } of approved) {
    const common = { partnerId, currency, commissionId };
    await postTransaction(trx, {
      ...{ workspaceId, programId, kind: 'payout', paymentId, postedAt: now },
      entries: [
        { account: 'partner_approved', amountMinor: minor, ...common },
        { account: 'partner_paid', amountMinor: -minor, ...common },
      ],
    });
  }
  return approved.length;
}

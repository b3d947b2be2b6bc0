import { type Account, postTransaction } from '../../ledger/index.ts';
import type { Currency } from '../../money/index.ts';
import type { Transaction } from '../../platform/index.ts';

/** The fee of an invoice as paid to the platform. */
export async function settleFees(
  trx: Transaction,
  invoice: { workspaceId: number; programId: number; currency: Currency; feeMinor: bigint },
  now: Date,
): Promise<void> {
  const { workspaceId, programId, currency, feeMinor } = invoice;
  const entry = (account: Account, amountMinor: bigint) => ({
    ...{ account, partnerId: null, currency, amountMinor, commissionId: null },
  });
  await postTransaction(trx, {
    ...{ workspaceId, programId, kind: 'invoice_payment', paymentId: null, postedAt: now },
    entries: [entry('fee_invoiced', feeMinor), entry('fee_paid', -feeMinor)],
  });
}

import { postMoves } from '../../ledger/index.ts';
import type { Currency } from '../../money/index.ts';
import type { Transaction } from '../../platform/index.ts';

/** The fee of an invoice as paid to the platform. */
export async function settleFees(
  trx: Transaction,
  invoice: { workspaceId: number; programId: number; currency: Currency; feeMinor: bigint },
  now: Date,
): Promise<void> {
  const { workspaceId, programId, currency, feeMinor } = invoice;
  await postMoves(trx, { workspaceId, programId, kind: 'invoice_payment', postedAt: now }, [
    {
      from: 'fee_invoiced',
      to: 'fee_paid',
      partnerId: null,
      currency,
      amountMinor: feeMinor,
      commissionId: null,
      paymentId: null,
    },
  ]);
}

import { appendEvents, newEventId, type Transaction } from '../platform/index.ts';
import type { BooksChange } from './balance-books.ts';
import { storedPartner } from './complete-payment.ts';
import { baseEvent, feeEvents } from './payment-events.ts';
import type { ProviderDispute } from './provider-payment.ts';
import type { PastPayment } from './provider-queries.ts';
import * as queries from './queries.ts';

/** Tells of money that went back (sign 1), or of a refund that failed after all (sign -1). */
export async function tellRefund(
  trx: Transaction,
  payment: PastPayment,
  refund: { amountMinor: bigint; at: Date; sign: 1 | -1 },
): Promise<void> {
  if (refund.amountMinor === 0n) return;
  const visit = (await queries.findPaymentVisit(trx, payment.workspaceId, payment.id)) ?? null;
  const told = {
    ...baseEvent(payment, visit, refund.at),
    ...(await storedPartner(trx, payment)),
    type: 'refund' as const,
    amount: refund.sign * Number(refund.amountMinor),
  };
  await appendEvents(trx, [refund.sign === 1 ? told : { ...told, sign: -1 }]);
}

/** Tells what changed for partners, and of the fee. */
export async function tellChanges(
  trx: Transaction,
  payment: PastPayment,
  { commissions, feeMinor }: BooksChange,
  at: Date,
): Promise<void> {
  if (commissions.length === 0 && feeMinor === 0n) return;
  const visit = (await queries.findPaymentVisit(trx, payment.workspaceId, payment.id)) ?? null;
  await appendEvents(trx, [
    ...commissions.map(({ partnerId, currency, changeMinor }) => ({
      ...baseEvent(payment, visit, at),
      type: 'commission' as const,
      partner_id: partnerId,
      currency,
      commission: Number(changeMinor),
    })),
    ...feeEvents(payment, feeMinor, visit, at),
  ]);
}

export async function tellDispute(
  trx: Transaction,
  payment: PastPayment,
  { amountMinor, state, at }: ProviderDispute,
): Promise<void> {
  const told = { ...baseEvent(payment, null, at), event_id: newEventId() };
  await appendEvents(trx, [{ ...told, type: 'dispute', name: state, amount: Number(amountMinor) }]);
}

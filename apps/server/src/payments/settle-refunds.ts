import { invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { balanceBooks } from './balance-books.ts';
import { planRefunds } from './plan-refunds.ts';
import { tellChanges, tellDispute, tellRefund } from './provider-events.ts';
import type { ProviderPayment } from './provider-payment.ts';
import * as provider from './provider-queries.ts';
import * as queries from './queries.ts';

/** Brings what went back of a payment, and what is contested of it, to what the provider says by now. */
export async function settleRefunds(
  trx: Transaction,
  program: Program,
  { id, amountMinor }: { id: bigint; amountMinor: bigint },
  told: Pick<ProviderPayment, 'refunds' | 'disputes'>,
  now: Date,
): Promise<void> {
  const { refunds, disputes } = told;
  const { workspaceId } = program;
  const booked = await provider.listRefundRows(trx, { workspaceId, id, isTest: false });
  if (booked.length === 0 && refunds.length === 0 && disputes.length === 0) return;
  // Lost like a refund of what was disputed, as far as that is left.
  const lost = disputes.filter(({ state }) => state === 'lost');
  const plan = planRefunds(booked, [...refunds, ...lost], amountMinor);
  const news = [];
  for (const dispute of disputes)
    if (await provider.saveDispute(trx, { workspaceId, id }, dispute)) news.push(dispute);
  if (plan.undo.length === 0 && plan.insert.length === 0 && news.length === 0) return;
  const payment = await provider.lockPastPayment(trx, workspaceId, id);
  invariant(payment !== undefined, 'a settled payment exists');

  for (const row of plan.undo) {
    await provider.undoRefund(trx, payment.workspaceId, row.id, now);
    const { occurredAt } = booked.find((one) => one.id === row.id) ?? { occurredAt: now };
    await tellRefund(trx, payment, { amountMinor: row.amountMinor, at: occurredAt, sign: -1 });
  }
  for (const refund of plan.insert) {
    await queries.insertRefund(trx, {
      workspaceId: payment.workspaceId,
      programId: program.id,
      paymentId: payment.id,
      refundKey: refund.key,
      source: 'stripe',
      amountMinor: refund.amountMinor,
      currency: payment.currency,
      reason: lost.some(({ key }) => refund.key.startsWith(key)) ? 'dispute lost' : null,
      isTest: false,
      at: now,
      occurredAt: refund.at,
    });
    await tellRefund(trx, payment, { ...refund, sign: 1 });
  }
  for (const dispute of news) await tellDispute(trx, payment, dispute);
  const kind = plan.undo.length + plan.insert.length > 0 ? 'refund' : 'dispute';
  await tellChanges(trx, payment, await balanceBooks(trx, payment, kind, now), now);
}

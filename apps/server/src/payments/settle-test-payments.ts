import { appendEvents, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { keyScope, type SettleDeps } from './door.ts';
import { paymentEvents, refundEvents } from './payment-events.ts';
import { planRefunds } from './plan-refunds.ts';
import type { ProviderPayment } from './provider-payment.ts';
import * as provider from './provider-queries.ts';
import * as queries from './queries.ts';

/**
 * The same for a provider's test mode: events that nothing counts (contract §4), in a world of ids of their own. No
 * customer, decision, commission or ledger entry comes of them.
 */
export async function settleTestPayments(
  trx: Transaction,
  deps: Pick<SettleDeps, 'clock'>,
  program: Program,
  wanted: readonly ProviderPayment[],
): Promise<void> {
  const now = deps.clock.now();
  const scope = keyScope({ program, website: null }, true);
  for (const { keys, fact, refunds } of wanted) {
    if (fact === null) continue;
    const transactionId = keys[0] as string;
    const [known] = await provider.findKeys(trx, scope, keys);
    const id = known?.id ?? (await queries.claimKey(trx, scope, transactionId));
    // Another event is at it right now; it comes again.
    if (id === undefined) continue;
    await provider.assignKeys(trx, scope, keys, id);
    const payment = {
      id,
      workspaceId: program.workspaceId,
      programId: program.id,
      websiteId: program.websiteId,
      customerId: null,
      transactionId,
      currency: fact.currency,
      isTest: true,
      receivedAt: now,
    };
    if (known === undefined) {
      await queries.insertPayment(trx, payment, fact, null);
      await appendEvents(trx, paymentEvents(payment, fact.amountMinor, null, null, fact.occurredAt));
    }
    const plan = planRefunds(await provider.listRefundRows(trx, payment), refunds, fact.amountMinor);
    for (const row of plan.undo) await provider.undoRefund(trx, payment.workspaceId, row.id, now);
    for (const refund of plan.insert) {
      await queries.insertRefund(trx, {
        workspaceId: program.workspaceId,
        programId: program.id,
        paymentId: id,
        refundKey: refund.key,
        source: 'stripe',
        amountMinor: refund.amountMinor,
        currency: fact.currency,
        reason: null,
        isTest: true,
        at: now,
        occurredAt: refund.at,
      });
      const { amountMinor, at } = refund;
      await appendEvents(
        trx,
        refundEvents(payment, { amountMinor, partner: {}, deductions: [], feeMinor: 0n }, null, at),
      );
    }
  }
}

import type { BatchRecord } from '@headwater/contract';
import { type Account, postOnward } from '../../ledger/index.ts';
import { AppError, type ManagementPrincipal, type Transaction } from '../../platform/index.ts';
import { actorName } from '../../workspaces/index.ts';
import type { InvoiceDeps } from '../invoices/issue-invoices.ts';
import { lockBilling } from '../invoices/queries.ts';
import { recordBilling } from '../record-billing.ts';
import * as queries from './queries.ts';
import { getBatch, getBatchRow, getPayoutRow } from './read-batches.ts';
import type { BatchRow } from './read-queries.ts';

/** Releases a batch to be sent. Another key than the one that made it: two people stand behind a payout. */
export async function approveBatch(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
): Promise<BatchRecord> {
  return step(deps, actor, batchId, { act: 'payout_batch.approve' }, async (trx, batch) => {
    if (batch.createdBy === actorName(actor)) throw new AppError('second_person_needed');
    await take(trx, deps, actor, batch, 'pending', 'approved', null);
  });
}

/** Takes a batch back whole: the money returns to the balances. */
export async function rejectBatch(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
  reason: string,
): Promise<BatchRecord> {
  return step(deps, actor, batchId, { act: 'payout_batch.reject', reason }, async (trx, batch) => {
    await take(trx, deps, actor, batch, 'pending', 'rejected', reason);
    await moveReserved(trx, deps, actor, batch, null, 'partner_invoiced');
  });
}

/** The files were handed to the bank or the provider. */
export async function startBatch(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
): Promise<BatchRecord> {
  return step(deps, actor, batchId, { act: 'payout_batch.start' }, (trx, batch) =>
    take(trx, deps, actor, batch, 'approved', 'processing', null),
  );
}

/** What became of one payout: sent, or back to the balance by new entries. */
export async function settlePayout(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  payoutId: unknown,
  outcome: { result: 'completed' | 'failed'; reference: string | null; reason: string | null },
): Promise<BatchRecord> {
  const found = await getPayoutRow(deps.postgres, actor, payoutId);
  const { result, reference, reason } = outcome;
  const done = {
    act: result === 'completed' ? 'payout.complete' : 'payout.fail',
    subject: `payout ${found.payout.id}`,
    ...{ reason: reason ?? undefined, details: { reference } },
  };
  return stepOf(deps, actor, found.batch, done, async (trx, batch) => {
    if (batch.status !== 'processing' && batch.status !== 'completed') {
      throw new AppError('conflict', `Batch is ${batch.status}, not processing`);
    }
    const { payout } = found;
    const recorded = { ...outcome, recordedBy: actorName(actor), recordedAt: deps.clock.now() };
    if (!(await queries.insertResult(trx, actor.workspaceId, payout.id, recorded))) {
      throw new AppError('conflict', 'Payout has its result');
    }
    const to = result === 'completed' ? 'partner_paid' : 'partner_invoiced';
    await moveReserved(trx, deps, actor, batch, payout.partnerId, to);
  });
}

interface Done {
  act: string;
  /** Default: the batch. */
  subject?: string;
  reason?: string | undefined;
  details?: Record<string, unknown>;
}

/** One act on a batch, under its program's lock, and read again there; then its entry in the audit log. */
async function step(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
  done: Done,
  act: (trx: Transaction, batch: BatchRow) => Promise<void>,
): Promise<BatchRecord> {
  return stepOf(deps, actor, await getBatchRow(deps.postgres, actor, batchId), done, act);
}

/** The same for a batch that was read already. */
async function stepOf(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  known: BatchRow,
  done: Done,
  act: (trx: Transaction, batch: BatchRow) => Promise<void>,
): Promise<BatchRecord> {
  await deps.postgres.transaction(async (trx) => {
    const { programId } = known;
    await lockBilling(trx, { workspaceId: actor.workspaceId, programId });
    await act(trx, await getBatchRow(trx, actor, Number(known.id)));
    const entry = { programId, subject: `payout batch ${known.id}`, ...done };
    await recordBilling(trx, actor, entry, deps.clock.now());
  });
  return getBatch(deps.postgres, actor, Number(known.id));
}

async function take(
  trx: Transaction,
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  batch: BatchRow,
  from: BatchRow['status'],
  to: 'approved' | 'rejected' | 'processing',
  reason: string | null,
): Promise<void> {
  if (batch.status !== from) throw new AppError('conflict', `Batch is ${batch.status}, not ${from}`);
  const done = { step: to, reason, doneBy: actorName(actor), doneAt: deps.clock.now() };
  await queries.insertStep(trx, actor.workspaceId, batch.id, done);
}

async function moveReserved(
  trx: Transaction,
  deps: InvoiceDeps,
  { workspaceId }: ManagementPrincipal,
  batch: BatchRow,
  partnerId: number | null,
  to: Account,
): Promise<void> {
  await postOnward(
    trx,
    { workspaceId, programId: batch.programId, kind: 'payout', postedAt: deps.clock.now() },
    {
      transactionId: batch.ledgerTransactionId,
      currency: batch.currency,
      ...{ from: 'partner_payout', to, partnerId },
    },
  );
}

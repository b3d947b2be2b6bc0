import type { CreateBatchRequest, CreatedBatch } from '@headwater/contract';
import { postRest, sumRest } from '../../ledger/index.ts';
import { parseCurrency } from '../../money/index.ts';
import { AppError, invariant, type ManagementPrincipal } from '../../platform/index.ts';
import { actorName, type Program } from '../../workspaces/index.ts';
import type { InvoiceDeps } from '../invoices/issue-invoices.ts';
import { lockBilling } from '../invoices/queries.ts';
import { recordBilling } from '../record-billing.ts';
import { writeBatch } from '../write-mails.ts';
import { listOwnThresholds } from './own-thresholds.ts';
import * as queries from './queries.ts';
import { getBatch } from './read-batches.ts';

/**
 * Makes a payout for every partner whose available balance has reached the program's threshold (contract §8) and their own,
 * and sets the money apart in the same transaction, under the program's lock: what one batch took no other finds. Partners with nowhere to
 * send it to are named and left out. 409 when nobody is left.
 */
export async function createBatch(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  program: Program,
  request: CreateBatchRequest,
): Promise<CreatedBatch> {
  const { workspaceId } = program;
  const key = { workspaceId, programId: program.id };
  const currency = request.currency === undefined ? program.currency : parseCurrency(request.currency);
  invariant(currency !== undefined, 'a currency that was checked is one');
  const now = deps.clock.now();
  const { batchId, skipped } = await deps.postgres.transaction(async (trx) => {
    await lockBilling(trx, key);
    const least = await queries.findThreshold(trx, key, currency);
    const money = { ...queries.available, currency };
    const own = await listOwnThresholds(trx, key, currency, null);
    const due = [...(await sumRest(trx, key, money))].filter(
      ([partnerId, minor]) => minor > 0n && minor >= least && minor >= (own.get(partnerId) ?? 0n),
    );
    const methods = await queries.findMethodIds(
      trx,
      workspaceId,
      due.map(([partnerId]) => partnerId),
    );
    const lines = due.flatMap(([partnerId, amountMinor]) => {
      const methodId = methods.get(partnerId);
      return methodId === undefined ? [] : [{ partnerId, amountMinor, methodId }];
    });
    if (lines.length === 0) throw new AppError('nothing_to_pay');
    const paid = new Set(lines.map(({ partnerId }) => partnerId));
    const ledgerTransactionId = await postRest(
      trx,
      { ...key, kind: 'payout', postedAt: now },
      { ...money, to: 'partner_payout', partnerIds: [...paid] },
    );
    const batch = { ...key, currency, ledgerTransactionId, createdBy: actorName(actor), createdAt: now };
    const made = await queries.insertBatch(trx, batch, lines);
    const totalMinor = sumOf(lines);
    await writeBatch(trx, { ...key, id: made, currency, payouts: lines.length, totalMinor }, now);
    await recordBilling(
      trx,
      actor,
      {
        ...{ act: 'payout_batch.create', programId: program.id, subject: `payout batch ${made}` },
        details: { currency, payouts: lines.length, total_cents: Number(totalMinor) },
      },
      now,
    );
    return {
      batchId: made,
      skipped: due.filter(([partnerId]) => !paid.has(partnerId)),
    };
  });
  return {
    ...(await getBatch(deps.postgres, actor, Number(batchId))),
    skipped: skipped.map(([partner_id, minor]) => ({
      partner_id,
      available_cents: Number(minor),
      reason: 'payout method not set',
    })),
  };
}

function sumOf(lines: readonly { amountMinor: bigint }[]): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

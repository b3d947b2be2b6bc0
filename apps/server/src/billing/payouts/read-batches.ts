import type { BatchItem, BatchRecord } from '@headwater/contract';
import {
  AppError,
  type ManagementPrincipal,
  type Page,
  readCursor,
  readLimit,
  type Sql,
  toPage,
  wholeNumber,
} from '../../platform/index.ts';
import { filesOf } from './payout-files.ts';
import * as queries from './read-queries.ts';

type Reader = Pick<ManagementPrincipal, 'workspaceId' | 'programScope'>;

/** The payout batches of a program, newest first. */
export async function listBatches(
  sql: Sql,
  program: { workspaceId: number; id: number },
  query: Readonly<Record<string, unknown>>,
): Promise<Page<BatchItem>> {
  const limit = readLimit(query);
  const rows = await queries.listBatchRows(sql, {
    workspaceId: program.workspaceId,
    programId: program.id,
    beforeId: readCursor(query, ['longId'])?.[0] ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toBatchItem, (row) => [row.id]);
}

/** A batch with its payouts. */
export async function getBatch(sql: Sql, reader: Reader, batchId: unknown): Promise<BatchRecord> {
  const row = await getBatchRow(sql, reader, batchId);
  const payouts = await queries.listPayoutRows(sql, reader.workspaceId, row.id);
  return {
    ...toBatchItem(row),
    files: filesOf(payouts),
    lines: payouts.map((payout) => ({
      id: Number(payout.id),
      partner_id: payout.partnerId,
      partner: payout.partner,
      status: payout.result ?? row.status,
      amount_cents: Number(payout.amountMinor),
      method: payout.method,
      reference: payout.reference,
      reason: payout.reason,
    })),
  };
}

export async function getBatchRow(sql: Sql, reader: Reader, batchId: unknown): Promise<queries.BatchRow> {
  const id = wholeNumber(batchId);
  const row = id === undefined ? undefined : await queries.findBatchRow(sql, reader.workspaceId, id);
  if (row === undefined || !mayRead(reader, row.programId)) throw new AppError('batch_not_found');
  return row;
}

/** A payout and the batch that it stands in. */
export async function getPayoutRow(
  sql: Sql,
  reader: Reader,
  payoutId: unknown,
): Promise<{ payout: queries.PayoutRow; batch: queries.BatchRow }> {
  const id = wholeNumber(payoutId);
  const payout = id === undefined ? undefined : await queries.findPayoutRow(sql, reader.workspaceId, id);
  const batch =
    payout === undefined
      ? undefined
      : await queries.findBatchRow(sql, reader.workspaceId, Number(payout.batchId));
  if (payout === undefined || batch === undefined || !mayRead(reader, batch.programId)) {
    throw new AppError('payout_not_found');
  }
  return { payout, batch };
}

function mayRead({ programScope }: Reader, programId: number): boolean {
  return programScope === null || programScope.includes(programId);
}

function toBatchItem(row: queries.BatchRow): BatchItem {
  return {
    id: Number(row.id),
    program_id: row.programId,
    status: row.status,
    currency: row.currency,
    payouts: row.payouts,
    total_cents: Number(row.totalMinor),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    decided_by: row.decidedBy,
    decided_at: row.decidedAt?.toISOString() ?? null,
    reason: row.reason,
  };
}

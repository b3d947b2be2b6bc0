import type { PartnerBalance, SetThresholdRequest, ThresholdRecord } from '@headwater/contract';
import { parseCurrency } from '../../money/index.ts';
import {
  invariant,
  type ManagementPrincipal,
  type Page,
  readCursor,
  readLimit,
  type Sql,
  toPage,
} from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import type { InvoiceDeps } from '../invoices/issue-invoices.ts';
import { recordBilling } from '../record-billing.ts';
import * as queries from './queries.ts';

type Query = Readonly<Record<string, unknown>>;

/** What the partners of a program have, derived from its entries; whole partners a page. */
export async function listPartnerBalances(
  sql: Sql,
  program: Program,
  query: Query,
): Promise<Page<PartnerBalance>> {
  const limit = readLimit(query);
  const after = readCursor(query, ['id'])?.[0];
  const rows = await queries.listBalances(sql, keyOf(program), null, Number(after ?? 0));
  const partnerIds = [...new Set(rows.map(({ partnerId }) => partnerId))];
  const page = toPage(
    partnerIds.slice(0, limit + 1),
    limit,
    (id) => id,
    (id) => [id],
  );
  const shown = new Set(page.data);
  return {
    data: rows.filter(({ partnerId }) => shown.has(partnerId)).map(toBalance),
    next_cursor: page.next_cursor,
  };
}

/** From which balance on partners are paid in a currency; acts on the next batch. */
export async function setThreshold(
  { postgres, clock }: InvoiceDeps,
  actor: ManagementPrincipal,
  program: Program,
  request: SetThresholdRequest,
): Promise<ThresholdRecord> {
  const currency = parseCurrency(request.currency);
  invariant(currency !== undefined, 'a currency that was checked is one');
  const threshold = { currency, threshold_cents: request.threshold_cents };
  await postgres.transaction(async (trx) => {
    await queries.upsertThreshold(trx, keyOf(program), currency, request.threshold_cents);
    const subject = `program ${program.id}`;
    const act = { act: 'payout_threshold.set', programId: program.id, subject, details: threshold };
    await recordBilling(trx, actor, act, clock.now());
  });
  return threshold;
}

export async function listThresholds(sql: Sql, program: Program): Promise<Page<ThresholdRecord>> {
  const rows = await queries.listThresholds(sql, keyOf(program));
  return {
    data: rows.map(({ currency, minor }) => ({ currency, threshold_cents: Number(minor) })),
    next_cursor: null,
  };
}

function keyOf(program: Program) {
  return { workspaceId: program.workspaceId, programId: program.id };
}

function toBalance(row: queries.BalanceRow): PartnerBalance {
  return {
    partner_id: row.partnerId,
    partner: row.partner,
    currency: row.currency,
    pending_cents: Number(row.pendingMinor),
    disputed_cents: Number(row.disputedMinor),
    approved_cents: Number(row.approvedMinor),
    available_cents: Number(row.availableMinor),
    processing_cents: Number(row.processingMinor),
    paid_cents: Number(row.paidMinor),
  };
}

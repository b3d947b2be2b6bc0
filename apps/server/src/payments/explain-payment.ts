import { findPolicy, listCommissionsOfPayment, type Policy } from '../commissions/index.ts';
import { listEntriesOfPayment } from '../ledger/index.ts';
import {
  AppError,
  type ManagementPrincipal,
  type Postgres,
  type ProgramPrincipal,
} from '../platform/index.ts';
import * as provider from './provider-queries.ts';
import * as queries from './queries.ts';

/**
 * The whole story of a payment (contract §9), as it goes on the wire: what was decided, by which evidence, who lost and
 * why, by which terms and arithmetic, and where the money stands. Read-only. Refuses with `payment_not_found` what the
 * caller does not own.
 */
export async function explainPayment(
  postgres: Postgres,
  paymentId: bigint,
  reader: ManagementPrincipal | ProgramPrincipal,
): Promise<Record<string, unknown>> {
  const payment = await queries.findPayment(postgres, paymentId);
  if (payment === undefined || !mayRead(reader, payment)) throw new AppError('payment_not_found');
  const { workspaceId } = payment;
  const decisions = await queries.listDecisions(postgres, workspaceId, paymentId);
  const decision = decisions.at(-1);
  const commissions = await listCommissionsOfPayment(postgres, workspaceId, paymentId);
  const entries = await listEntriesOfPayment(postgres, workspaceId, paymentId);
  const refunds = await queries.listRefunds(postgres, workspaceId, paymentId);
  const disputes = await provider.listDisputes(postgres, payment);
  const ids = await provider.listKeys(postgres, payment);
  const fee = await queries.findFee(postgres, workspaceId, paymentId);
  const visit = await queries.findPaymentVisit(postgres, workspaceId, paymentId);
  const policy = decision?.policyId ? await findPolicy(postgres, workspaceId, decision.policyId) : undefined;
  const all = commissions.map((commission) => ({
    id: Number(commission.commissionId),
    partner_id: commission.partnerId,
    status: commission.status,
    amount_cents: Number(commission.amountMinor),
    currency: commission.currency,
    hold_until: commission.holdUntil,
  }));
  return {
    payment: {
      id: Number(payment.id),
      program_id: payment.programId,
      website_id: payment.websiteId,
      transaction_id: payment.transactionId,
      other_ids: ids.filter((id) => id !== payment.transactionId),
      source: payment.source,
      amount_cents: Number(payment.amountMinor),
      currency: payment.currency,
      refunded_cents: refunds.reduce((sum, refund) => sum + Number(refund.amountMinor), 0),
      occurred_at: payment.occurredAt,
      received_at: payment.receivedAt,
      is_test: payment.isTest,
    },
    attribution: decision === undefined ? null : explainDecision(decision),
    visit:
      visit === undefined
        ? null
        : {
            visitor_id: visit.visitorId,
            session_id: visit.sessionId,
            matched_by: visit.matchedBy,
            ...visit.context,
          },
    policy: policy === undefined ? null : explainPolicy(policy),
    arithmetic: decision?.arithmetic ?? [],
    commission: all[0] ?? null,
    commissions: all,
    fee:
      fee === undefined
        ? null
        : {
            bps: fee.bps,
            amount_cents: Number(fee.amountMinor),
            revenue_before: Number(fee.revenueBeforeMinor),
            usd_rate: fee.rate === null ? null : { usd_per_unit: fee.rate.usdPerUnit, date: fee.rate.asOf },
          },
    ledger: entries.map((entry) => ({
      entry_id: Number(entry.id),
      account: entry.account,
      partner_id: entry.partnerId,
      amount_cents: Number(entry.amountMinor),
      currency: entry.currency,
      at: entry.postedAt,
    })),
    disputes: disputes.map(({ key, amountMinor, state }) => ({
      id: key,
      amount_cents: Number(amountMinor),
      state,
    })),
    decisions: decisions.map(({ cause, decidedAt }) => ({ at: decidedAt, cause })),
  };
}

function mayRead(reader: ManagementPrincipal | ProgramPrincipal, payment: queries.StoredPayment): boolean {
  if (reader.workspaceId !== payment.workspaceId) return false;
  if (reader.kind === 'program') return reader.programId === payment.programId;
  if (reader.programScope === null) return true;
  return payment.programId !== null && reader.programScope.includes(payment.programId);
}

function explainDecision(decision: queries.StoredDecision): Record<string, unknown> {
  return {
    attributed: decision.attributed,
    reason: decision.reason,
    model: decision.model,
    window_days: decision.windowDays,
    method: decision.method,
    click_age_days: decision.clickAgeDays,
    evidence: decision.evidence,
    warnings: decision.warnings,
    candidates: decision.candidates.map((candidate) => ({
      click_id: candidate.clickId,
      partner_id: candidate.partnerId,
      clicked_at: candidate.clickedAt,
      age_days: candidate.ageDays,
      outcome: candidate.outcome,
      reason: candidate.reason,
    })),
  };
}

function explainPolicy(policy: Policy): Record<string, unknown> {
  return {
    id: policy.id,
    version: policy.version,
    group: policy.groupName,
    type: policy.type,
    ...(policy.rateBps === null ? { fixed_cents: Number(policy.fixedMinor) } : { rate_bps: policy.rateBps }),
    duration_months: policy.durationMonths,
    min_cents: cents(policy.minMinor),
    max_cents: cents(policy.maxMinor),
    customer_cap_cents: cents(policy.customerCapMinor),
    tiers: policy.tiers.map(({ fromMinor, rateBps, fixedMinor }) => ({
      from_cents: Number(fromMinor),
      ...(rateBps === null ? { fixed_cents: Number(fixedMinor) } : { rate_bps: rateBps }),
    })),
    effective_from: policy.effectiveFrom,
  };
}

function cents(minor: bigint | null): number | null {
  return minor === null ? null : Number(minor);
}

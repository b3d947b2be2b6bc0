import type { PortalExplanation } from '@headwater/contract';
import { nextBillingAt } from '../billing/index.ts';
import { findPolicy, type Policy } from '../commissions/index.ts';
import { findPayment, listDecisions, listRefunds, type StoredDecision } from '../payments/index.ts';
import { AppError, invariant, type PartnerPrincipal, type Sql, smallId } from '../platform/index.ts';
import { findClicks } from '../touches/index.ts';
import type { PortalDeps } from './deps.ts';
import { ownSteps } from './own-steps.ts';
import * as queries from './queries.ts';

/**
 * Why a commission was earned and what becomes of it, for the partner who earned it. What is told of the customer is that
 * they clicked and paid: not who they are, where from, nor by what they were known; and of other partners that there are
 * some. Why a person rejected it is told by that alone, since their words may name the customer.
 */
export async function explainCommission(
  { postgres, directory, clock }: PortalDeps,
  me: PartnerPrincipal,
  commissionId: unknown,
): Promise<PortalExplanation> {
  const id = smallId(commissionId);
  const row = id === undefined ? undefined : await queries.findCommission(postgres, me.partners, id);
  if (row === undefined) throw new AppError('commission_not_found');
  const [program, policy, changes] = await Promise.all([
    directory.findProgram(row.programId),
    findPolicy(postgres, row.workspaceId, row.policyId),
    queries.listChanges(postgres, row.workspaceId, row.id),
  ]);
  invariant(program !== undefined && policy !== undefined, 'a commission has a program and a policy');
  const decision =
    row.paymentId === null
      ? undefined
      : (await listDecisions(postgres, row.workspaceId, row.paymentId)).at(-1);
  return {
    commission: {
      id: Number(row.id),
      program_id: row.programId,
      type: row.type,
      status: row.status,
      amount_cents: Number(row.amountMinor),
      reversed_cents: Number(row.reversedMinor),
      currency: row.currency,
      hold_until: row.holdUntil.toISOString(),
      earned_at: row.createdAt.toISOString(),
    },
    program: program.name,
    earned_by: row.paymentId !== null ? 'payment' : row.clickId !== null ? 'click' : 'sign_up',
    payment: await paymentOf(postgres, row),
    attribution:
      decision === undefined
        ? null
        : { model: decision.model, window_days: decision.windowDays, matched_by: decision.method },
    ...(await clicksOf(postgres, row, decision)),
    policy: policyOf(policy),
    arithmetic: ownSteps(decision?.arithmetic ?? [], row.partnerId),
    payable: payableOf(row, clock.now()),
    changes: changes.map(({ kind, amountMinor, at }, index) => ({
      at: at.toISOString(),
      kind: amountMinor < 0n ? 'reversed' : index === 0 ? 'earned' : 'restored',
      amount_cents: Number(amountMinor),
      reason: index === 0 && amountMinor > 0n ? null : (reasons[kind] ?? 'other'),
    })),
  };
}

const reasons: Readonly<Record<string, PortalExplanation['changes'][number]['reason']>> = {
  refund: 'refund',
  dispute: 'dispute',
  rejection: 'rejected',
  redecision: 'decided_again',
};

async function paymentOf(sql: Sql, row: queries.CommissionRow): Promise<PortalExplanation['payment']> {
  const payment = row.paymentId === null ? undefined : await findPayment(sql, row.paymentId);
  if (payment === undefined) return null;
  const refunds = await listRefunds(sql, row.workspaceId, payment.id);
  return {
    amount_cents: Number(payment.amountMinor),
    refunded_cents: refunds.reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0),
    currency: payment.currency,
    paid_at: payment.occurredAt.toISOString(),
    is_recurring: payment.isRecurring,
  };
}

type Clicks = Pick<PortalExplanation, 'clicks' | 'other_clicks'>;

/** One's own clicks that were considered, by the codes of one's links; of the others how many there were. */
async function clicksOf(
  sql: Sql,
  row: queries.CommissionRow,
  decision: StoredDecision | undefined,
): Promise<Clicks> {
  const { workspaceId, partnerId } = row;
  const considered =
    decision?.candidates.map((one) => ({ ...one, counted: one.outcome === 'won' })) ??
    (await soleClick(sql, row));
  const own = considered.filter((one) => one.partnerId === partnerId);
  const known = await findClicks(
    sql,
    workspaceId,
    own.map(({ clickId }) => clickId),
  );
  const linkOf = new Map(known.map(({ clickId, linkId }) => [clickId, linkId]));
  const codes = await queries.listLinkCodes(sql, workspaceId, partnerId, [...new Set(linkOf.values())]);
  return {
    clicks: own.map((one) => ({
      clicked_at: new Date(one.clickedAt).toISOString(),
      link: codes.get(linkOf.get(one.clickId) ?? 0) ?? null,
      age_days: one.ageDays,
      counted: one.counted,
      reason: one.reason,
    })),
    other_clicks: considered.length - own.length,
  };
}

interface Considered {
  clickId: string;
  partnerId: number;
  clickedAt: Date | string;
  ageDays: number;
  counted: boolean;
  reason: string | null;
}

/** Of what was not paid for: the click itself, or the one that the sign-up came by. */
async function soleClick(sql: Sql, row: queries.CommissionRow): Promise<Considered[]> {
  const { workspaceId, clickId, leadId } = row;
  const wanted =
    clickId ?? (leadId === null ? null : await queries.findClickOfLead(sql, workspaceId, leadId));
  const found = wanted === null ? [] : await findClicks(sql, workspaceId, [wanted]);
  return found.map((click) => ({
    clickId: click.clickId,
    partnerId: click.partnerId,
    clickedAt: click.clickedAt,
    ageDays: Math.max(0, Math.floor((row.earnedAt.getTime() - click.clickedAt.getTime()) / 86_400_000)),
    counted: true,
    reason: null,
  }));
}

function policyOf(policy: Policy): PortalExplanation['policy'] {
  const cents = (minor: bigint | null) => (minor === null ? null : Number(minor));
  return {
    group: policy.groupName,
    version: policy.version,
    type: policy.type,
    rate_bps: policy.rateBps,
    fixed_cents: cents(policy.fixedMinor),
    currency: policy.currency,
    duration_months: policy.durationMonths,
    hold_period_days: policy.holdPeriodDays,
    min_cents: cents(policy.minMinor),
    max_cents: cents(policy.maxMinor),
    customer_cap_cents: cents(policy.customerCapMinor),
    effective_from: policy.effectiveFrom.toISOString(),
  };
}

/** What has still to happen, read off where the money lies (ledger/accounts.ts). */
function payableOf(row: queries.CommissionRow, now: Date): PortalExplanation['payable'] {
  const kept = row.amountMinor - row.reversedMinor;
  const amount_cents = Number(kept);
  const as = (state: PortalExplanation['payable']['state'], at: Date | null = null) => ({
    ...{ state, amount_cents },
    at: at?.toISOString() ?? null,
  });
  if (row.status === 'rejected' || kept <= 0n) return as('nothing_left');
  if (row.disputedMinor > 0n) return as('disputed');
  if (row.pendingMinor > 0n) {
    const waits = row.approval === 'manual' && !row.isApproved;
    return waits && row.holdUntil <= now
      ? as('waits_for_approval')
      : as(waits ? 'waits_for_approval' : 'held', row.holdUntil);
  }
  if (row.approvedMinor > 0n) return as('next_invoice', nextBillingAt(now));
  if (row.invoicedMinor > 0n) return as('next_payout');
  if (row.payoutMinor > 0n) return as('in_payout');
  return as('paid');
}

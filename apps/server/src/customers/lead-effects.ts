import { type Credit, decide } from '../attribution/index.ts';
import {
  earningEntries,
  findTermsOf,
  leadEarned,
  recordCommission,
  splitByCredits,
} from '../commissions/index.ts';
import { postTransaction } from '../ledger/index.ts';
import { appendEvents, newEventId, type Transaction } from '../platform/index.ts';
import type { KnownClick } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import { listCandidates } from './candidate-touches.ts';
import type { Customer } from './customer.ts';
import * as queries from './queries.ts';
import { isSelfReferral } from './self-referral.ts';

/** What is told of a sign-up, by a lead as sent or as kept. */
export interface ToldLead {
  clickId: string | null;
  webVisitor: string | null;
  webSession: string | null;
  pageUrl: string | null;
  eventName: string | null;
}

/** Whose clicks brought a sign-up. */
export interface LeadCredit {
  credits: readonly Credit[];
  /** The first credited click. */
  click: KnownClick | undefined;
}

/** Decides whose clicks brought a sign-up, by the program's model and window. Writes nothing. */
export async function creditLead(
  trx: Transaction,
  program: Program,
  customer: Customer,
  at: Date,
): Promise<LeadCredit> {
  const { clicks, touches } = await listCandidates(trx, program, customer);
  const decision = decide({
    model: program.attributionModel,
    windowDays: program.attributionWindowDays,
    paidAt: at,
    touches,
    bound: null,
    followed: null,
    named: null,
    enrolledPartners: new Set(),
  });
  const credits = decision.attributed ? decision.credits : [];
  return { credits, click: clicks.find((click) => click.clickId === credits[0]?.clickId) };
}

/**
 * What a lead does once it counts (contract §5.2): the customer's status, under a cpl policy the customer's one
 * commission, and the event. Dated when the person signed up.
 */
export async function takeLeadEffects(
  trx: Transaction,
  program: Program,
  customer: Customer,
  lead: ToldLead & { id: bigint; at: Date },
  credit: LeadCredit,
  now: Date,
): Promise<void> {
  await queries.markLead(trx, customer, lead.at);
  const commissionMinor = await earnOnLead(trx, program, customer, lead, credit, now);
  await appendEvents(trx, [
    {
      ...(credit.click?.context ?? {}),
      ...leadEvent(program, lead, lead.at),
      customer_id: Number(customer.id),
      partner_id: credit.click?.partnerId,
      link_id: credit.click?.linkId,
      ...(commissionMinor > 0n ? { commission: Number(commissionMinor), currency: program.currency } : {}),
    },
  ]);
}

/** Pays the partners credited with a sign-up, where their policies pay for leads. Returns what they earned together. */
async function earnOnLead(
  trx: Transaction,
  program: Program,
  customer: Customer,
  lead: { id: bigint; at: Date },
  { credits }: LeadCredit,
  now: Date,
): Promise<bigint> {
  if (credits.length === 0 || (await leadEarned(trx, customer))) return 0n;
  const { workspaceId, id: programId } = program;
  const partnerIds = [...new Set(credits.map((credit) => credit.partnerId))];
  const terms = await findTermsOf(trx, { workspaceId, programId, partnerIds, at: lead.at, productId: null });
  let earnedMinor = 0n;
  for (const { partnerId, emailHash, customerKey, policy } of terms) {
    if (policy?.type !== 'cpl' || policy.fixedMinor === null) continue;
    if (isSelfReferral({ emailHash, customerKey }, customer, null)) continue;
    const share = splitByCredits(policy.fixedMinor, credits).find((one) => one.partnerId === partnerId);
    if (share === undefined || share.amountMinor === 0n) continue;
    const earning = { partnerId, amountMinor: share.amountMinor, currency: policy.currency };
    const id = await recordCommission(trx, {
      ...earning,
      workspaceId,
      programId,
      customerId: customer.id,
      by: { leadId: lead.id },
      policy,
      earnedAt: lead.at,
      now,
    });
    await postTransaction(trx, {
      workspaceId,
      programId,
      kind: 'commission',
      paymentId: null,
      postedAt: now,
      entries: earningEntries({ id, ...earning }),
    });
    earnedMinor += share.amountMinor;
  }
  return earnedMinor;
}

/** The event of a lead, before it is known whose it is. */
export function leadEvent(program: Program | null, lead: ToldLead, at: Date) {
  return {
    workspace_id: program?.workspaceId ?? 0,
    program_id: program?.id,
    website_id: program?.websiteId ?? undefined,
    event_id: newEventId(),
    type: 'lead' as const,
    name: lead.eventName ?? undefined,
    occurred_at: at,
    visitor_id: lead.webVisitor ?? undefined,
    session_id: lead.webSession ?? undefined,
    click_id: lead.clickId ?? undefined,
    url: lead.pageUrl ?? undefined,
  };
}

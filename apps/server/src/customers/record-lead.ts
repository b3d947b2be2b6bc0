import type { LeadRequest } from '@headwater/contract';
import { decide } from '../attribution/index.ts';
import {
  earningEntries,
  findTermsOf,
  leadEarned,
  recordCommission,
  splitByCredits,
} from '../commissions/index.ts';
import { postTransaction } from '../ledger/index.ts';
import {
  AppError,
  appendEvents,
  type Clock,
  type Hasher,
  newEventId,
  type Postgres,
  type Transaction,
} from '../platform/index.ts';
import { findClicks, readCustomerKey } from '../touches/index.ts';
import { type Directory, originAllowed, type Program } from '../workspaces/index.ts';
import { bindCustomer, browsersOf, linkBrowsers } from './bind-customer.ts';
import { listCandidates } from './candidate-touches.ts';
import type { Customer, Identifiers } from './customer.ts';
import { findCustomer } from './find-customer.ts';
import * as queries from './queries.ts';
import { isSelfReferral } from './self-referral.ts';
import { settleProvisionalLeads } from './settle-provisional.ts';

export interface LeadDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
}

/** Who says it: the company's server with its program's token, or a browser. */
export type LeadSender = { kind: 'server' } | { kind: 'browser'; origin: string | null };

const maxFurtherClicks = 20;
const customerNotFound = 'Customer not found. Provide a valid click_id or customer_key.';

/** Records a sign-up (contract §5.2, in its order). `program` is null when a browser's identifiers name none. */
export async function recordLead(
  deps: LeadDeps,
  program: Program | null,
  request: LeadRequest,
  sender: LeadSender,
): Promise<'recorded' | 'provisional'> {
  const identifiers = readIdentifiers(deps.hasher, request);
  if (identifiers.clickId === null && identifiers.customerKey === null) {
    throw new AppError('invalid_request', 'click_id or customer_key is required');
  }
  if (program === null) throw new AppError('customer_not_found', customerNotFound);
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const lookup = await findCustomer(trx, program, identifiers);
    if (lookup.customer === undefined && lookup.click === undefined) {
      if (sender.kind === 'server' && lookup.clickOfOtherProgram) {
        throw new AppError('invalid_request', 'Customer does not belong to this program');
      }
      throw new AppError('customer_not_found', customerNotFound);
    }
    if (sender.kind === 'browser') {
      if (!originAllowed(program.allowedOrigins, sender.origin)) throw new AppError('origin_not_allowed');
      if (program.leadAuth === 'server_required') {
        await recordProvisional(trx, program, identifiers, request, now);
        return 'provisional';
      }
    }
    // Judged after binding: of several first leads with one key only one makes the customer, the others find it.
    const bound = await bindCustomer(trx, program, lookup, identifiers, now);
    if (bound.status === 'conversion') {
      throw new AppError(
        'invalid_request',
        'Customer status cannot be updated to lead. Current status: conversion',
      );
    }
    const isNew = bound.status !== 'lead';
    const settled = await settleProvisionalLeads(trx, program, bound, identifiers.clickId, now);
    const customer = await linkFurtherClicks(trx, program, settled, request.click_ids ?? [], now);
    if (isNew) await recordNewLead(trx, program, customer, identifiers, request, now);
    return 'recorded';
  });
}

/** Records a test lead (contract §4): an event that nothing counts. */
export async function recordTestLead(
  deps: LeadDeps,
  program: Program | null,
  request: LeadRequest,
): Promise<number> {
  const identifiers = readIdentifiers(deps.hasher, request);
  const now = deps.clock.now();
  return deps.postgres.transaction(async (trx) => {
    const id = await queries.insertLead(trx, {
      ...leadRow(program, null, identifiers, request, now),
      isTest: true,
    });
    await appendEvents(trx, [{ ...leadEvent(program, identifiers, request, now), is_test: 1 }]);
    return Number(id);
  });
}

function readIdentifiers(hasher: Hasher, request: LeadRequest): Identifiers {
  return {
    customerKey: readCustomerKey(request.customer_key),
    clickId: request.click_id?.trim() ? request.click_id : null,
    email: request.email === undefined ? null : (hasher.email(request.email) ?? null),
    webVisitor: request.visitor_id ?? null,
  };
}

function leadRow(
  program: Program | null,
  customer: Customer | null,
  identifiers: Identifiers,
  request: LeadRequest,
  now: Date,
): queries.NewLead {
  return {
    workspaceId: program?.workspaceId ?? 0,
    programId: program?.id ?? 0,
    customerId: customer?.id ?? null,
    customerKey: identifiers.customerKey,
    email: identifiers.email,
    clickId: identifiers.clickId,
    clickIds: furtherClickIds(request.click_ids ?? []),
    webVisitor: identifiers.webVisitor,
    webSession: request.session_id ?? null,
    partnerId: null,
    pageUrl: request.page_url ?? null,
    eventName: request.event_name ?? null,
    isTest: false,
    provisional: false,
    createdAt: now,
  };
}

function leadEvent(program: Program | null, identifiers: Identifiers, request: LeadRequest, now: Date) {
  return {
    workspace_id: program?.workspaceId ?? 0,
    program_id: program?.id,
    website_id: program?.websiteId ?? undefined,
    event_id: newEventId(),
    type: 'lead' as const,
    name: request.event_name,
    occurred_at: now,
    visitor_id: identifiers.webVisitor ?? undefined,
    session_id: request.session_id,
    click_id: identifiers.clickId ?? undefined,
    url: request.page_url,
  };
}

function furtherClickIds(clickIds: readonly unknown[]): string[] {
  return clickIds
    .filter((id): id is string => typeof id === 'string' && id.length <= 255 && !id.includes('\u0000'))
    .slice(-maxFurtherClicks);
}

async function linkFurtherClicks(
  trx: Transaction,
  program: Program,
  customer: Customer,
  clickIds: readonly unknown[],
  now: Date,
): Promise<Customer> {
  const ids = furtherClickIds(clickIds);
  if (ids.length === 0) return customer;
  const clicks = await findClicks(trx, program.workspaceId, ids);
  const own = clicks.filter((click) => click.programId === program.id);
  return linkBrowsers(
    trx,
    customer,
    own.flatMap((click) => browsersOf(click, null)),
    now,
  );
}

async function recordProvisional(
  trx: Transaction,
  program: Program,
  identifiers: Identifiers,
  request: LeadRequest,
  now: Date,
): Promise<void> {
  const waiting = await queries.lockProvisionalLeads(trx, program, identifiers);
  const isKnown = waiting.some(
    (lead) => lead.customerKey === identifiers.customerKey && lead.clickId === identifiers.clickId,
  );
  if (isKnown) return;
  await queries.insertLead(trx, {
    ...leadRow(program, null, identifiers, request, now),
    provisional: true,
  });
}

/** The lead's event, the customer's new status, and under a cpl policy its one commission. */
async function recordNewLead(
  trx: Transaction,
  program: Program,
  customer: Customer,
  identifiers: Identifiers,
  request: LeadRequest,
  now: Date,
): Promise<void> {
  const { workspaceId, id: programId } = program;
  const { clicks, touches } = await listCandidates(trx, program, customer);
  const decision = decide({
    model: program.attributionModel,
    windowDays: program.attributionWindowDays,
    paidAt: now,
    touches,
    bound: null,
    followed: null,
    enrolledPartners: new Set(),
  });
  const credits = decision.attributed ? decision.credits : [];
  const credited = clicks.find((click) => click.clickId === credits[0]?.clickId);
  await queries.markLead(trx, customer, now);
  const leadId = await queries.insertLead(trx, {
    ...leadRow(program, customer, identifiers, request, now),
    partnerId: credited?.partnerId ?? null,
  });
  let commissionMinor = 0n;
  if (credits.length > 0 && !(await leadEarned(trx, customer))) {
    const partnerIds = [...new Set(credits.map((credit) => credit.partnerId))];
    const terms = await findTermsOf(trx, { workspaceId, programId, partnerIds, at: now, productId: null });
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
        by: { leadId },
        policy,
        earnedAt: now,
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
      commissionMinor += share.amountMinor;
    }
  }
  await appendEvents(trx, [
    {
      ...(credited?.context ?? {}),
      ...leadEvent(program, identifiers, request, now),
      customer_id: Number(customer.id),
      partner_id: credited?.partnerId,
      link_id: credited?.linkId,
      ...(commissionMinor > 0n ? { commission: Number(commissionMinor), currency: program.currency } : {}),
    },
  ]);
}

import type { ClickRequest } from '@headwater/contract';
import { anyClickEarned, earningEntries, findTermsOf, recordCommission } from '../commissions/index.ts';
import { postTransaction } from '../ledger/index.ts';
import {
  AppError,
  appendLines,
  type Clock,
  type EventRow,
  eventLine,
  type Metrics,
  newClickId,
  newEventId,
  newId,
  type Postgres,
  parseClickId,
  type Transaction,
} from '../platform/index.ts';
import { type Directory, type LinkTarget, originAllowed, type Program } from '../workspaces/index.ts';
import type { NewClick } from './arrival.ts';
import { describeTouch, type TouchContext } from './context.ts';
import { type Geo, isBot, readLanding } from './enrichment/index.ts';
import type { Ingest } from './ingest.ts';
import * as queries from './queries.ts';

export interface ClickDeps {
  postgres: Postgres;
  directory: Directory;
  ingest: Ingest;
  geo: Geo;
  clock: Clock;
  metrics: Metrics;
}

/** Where a click came from, besides its body. */
export interface ClickSender {
  address: string;
  userAgent: string | null;
  origin: string | null;
}

export type ClickOutcome =
  | { outcome: 'recorded'; clickId: string; code: string; cookieWindowDays: number }
  | { outcome: 'link_inactive' }
  | { outcome: 'bot' };

/** Records a landing through a referral link (contract §5.1, in its order); on disk when it resolves. */
export async function recordClick(
  deps: ClickDeps,
  request: ClickRequest,
  sender: ClickSender,
): Promise<ClickOutcome> {
  const landing = landingOf(request.affiliate_url);
  const target = await deps.directory.findLink(landing.aff);
  if (target === undefined) throw new AppError('invalid_request', 'Referral link not found');
  const { program } = target;
  if (program === null || target.enrollmentStatus === null) {
    throw new AppError('invalid_request', 'Invalid referral link configuration');
  }
  if (!originAllowed(program.allowedOrigins, sender.origin)) throw new AppError('origin_not_allowed');
  if (!target.active || target.enrollmentStatus !== 'approved') {
    deps.metrics.refused.inc({ route: 'click', reason: 'link_inactive' });
    return { outcome: 'link_inactive' };
  }
  const bot = isBot({
    userAgentField: request.user_agent ?? null,
    userAgentHeader: sender.userAgent,
    hasOrigin: sender.origin !== null,
  });
  if (bot) {
    deps.metrics.refused.inc({ route: 'click', reason: 'bot' });
    return { outcome: 'bot' };
  }
  const click = newClick(deps, program, target, request);
  const context = describeTouch(deps.geo, {
    landing,
    referrer: request.referrer_url ?? null,
    isAffiliate: true,
    ownHosts: [program.domain],
    address: sender.address,
    userAgent: request.user_agent ?? sender.userAgent,
    language: request.language,
    screen: request.screen_resolution,
  });
  click.context = JSON.stringify(context);
  const event = clickEvent(click);
  if (target.mayPayClicks) await recordPayableClick(deps, click, event);
  else await deps.ingest.add({ click, visit: null, lines: [eventLine(event, click.context)] });
  deps.metrics.accepted.inc({ type: 'click' });
  return {
    outcome: 'recorded',
    clickId: click.clickId,
    code: target.code,
    cookieWindowDays: program.cookieWindowDays,
  };
}

function landingOf(affiliateUrl: unknown) {
  if (typeof affiliateUrl !== 'string' || affiliateUrl.trim() === '') {
    throw new AppError('invalid_request', 'affiliate_url is required');
  }
  const fits = affiliateUrl.length <= 4096 && !affiliateUrl.includes('\u0000');
  const landing = fits ? readLanding(affiliateUrl) : null;
  if (landing === null) throw new AppError('invalid_request', 'Invalid affiliate_url');
  const { aff } = landing;
  if (aff === null || aff.trim() === '') {
    throw new AppError('invalid_request', 'No aff parameter found in affiliate_url');
  }
  return { ...landing, aff: aff.trim() };
}

function newClick(deps: ClickDeps, program: Program, target: LinkTarget, request: ClickRequest): NewClick {
  const now = deps.clock.now();
  const existing =
    request.existing_click_id === undefined ? undefined : parseClickId(request.existing_click_id);
  return {
    workspaceId: program.workspaceId,
    programId: program.id,
    clickId: newClickId(program.id, now),
    clickedAt: now,
    linkId: target.linkId,
    partnerId: target.partnerId,
    visitor: newId('v'),
    existingClickId: existing === undefined ? null : (request.existing_click_id as string),
    existingDay: existing?.day ?? null,
    webVisitor: request.visitor_id ?? null,
    webSession: request.session_id ?? null,
    isTest: false,
    context: '{}',
  };
}

function clickEvent(click: NewClick): EventRow {
  return {
    workspace_id: click.workspaceId,
    program_id: click.programId,
    event_id: newEventId(),
    type: 'click',
    occurred_at: click.clickedAt,
    visitor_id: click.webVisitor ?? undefined,
    session_id: click.webSession ?? undefined,
    partner_id: click.partnerId ?? undefined,
    link_id: click.linkId ?? undefined,
    click_id: click.clickId,
    is_test: click.isTest ? 1 : 0,
  };
}

/**
 * A click that a policy pays for: click, commission and entries in one transaction, at most one a visitor and partner
 * in 24 hours (contract §5.1).
 */
async function recordPayableClick(deps: ClickDeps, click: NewClick, event: EventRow): Promise<void> {
  const { workspaceId, programId, clickedAt } = click;
  const partnerId = click.partnerId as number;
  await deps.postgres.transaction(async (trx) => {
    if (click.existingClickId !== null) {
      const [earlier] = await queries.findClicks(trx, workspaceId, [click.existingClickId]);
      if (earlier !== undefined) click.visitor = earlier.visitor;
      click.existingClickId = null;
    }
    await queries.lockVisitorAndPartner(trx, workspaceId, click.visitor, partnerId);
    const recent = await queries.recentClickIds(trx, {
      workspaceId,
      visitor: click.visitor,
      partnerId,
      at: clickedAt,
    });
    await queries.insertArrivals(trx, [{ click, visit: null, lines: [] }]);
    const earnedAlready = await anyClickEarned(trx, { workspaceId, partnerId, clickIds: recent });
    const [terms] = await findTermsOf(trx, {
      workspaceId,
      programId,
      partnerIds: [partnerId],
      at: clickedAt,
      productId: null,
    });
    const policy = terms?.policy;
    if (earnedAlready || policy?.type !== 'cpc' || policy.fixedMinor === null) {
      await appendLines(trx, [eventLine(event, click.context)]);
      return;
    }
    const earning = { partnerId, amountMinor: policy.fixedMinor, currency: policy.currency };
    const id = await recordCommission(trx, {
      ...earning,
      workspaceId,
      programId,
      customerId: null,
      by: { clickId: click.clickId },
      policy,
      earnedAt: clickedAt,
      now: clickedAt,
    });
    await postTransaction(trx, {
      workspaceId,
      programId,
      kind: 'commission',
      paymentId: null,
      postedAt: clickedAt,
      entries: earningEntries({ id, ...earning }),
    });
    const paid = { ...event, commission: Number(earning.amountMinor), currency: earning.currency };
    await appendLines(trx, [eventLine(paid, click.context)]);
  });
}

/** Records a test click (contract §4): an event that nothing counts. Returns its number and program. */
export async function recordTestClick(
  deps: ClickDeps,
  request: ClickRequest,
  programId: number | null,
): Promise<{ eventId: number; programId: number | null }> {
  const program = programId === null ? undefined : await deps.directory.findProgram(programId);
  const now = deps.clock.now();
  const click = testClick(program, newClickId(program?.id ?? 0, now), request.affiliate_url, now);
  await deps.ingest.add({ click, visit: null, lines: [eventLine(clickEvent(click), click.context)] });
  const eventId = Number(await queries.getClickNumber(deps.postgres, click));
  return { eventId, programId: program?.id ?? null };
}

/** Keeps a click that was only rehearsed as a test click, under the id that it had. */
export async function keepTestClick(
  trx: Transaction,
  program: Program,
  clickId: string,
  affiliateUrl: string,
  at: Date,
): Promise<void> {
  const click = testClick(program, clickId, affiliateUrl, at);
  const lines = [eventLine(clickEvent(click), click.context)];
  await queries.insertArrivals(trx, [{ click, visit: null, lines }]);
}

function testClick(
  program: Program | undefined,
  clickId: string,
  affiliateUrl: unknown,
  clickedAt: Date,
): NewClick {
  const landing = typeof affiliateUrl === 'string' ? readLanding(affiliateUrl) : null;
  const context: TouchContext = landing === null ? {} : { landing_page: landing.url };
  return {
    workspaceId: program?.workspaceId ?? 0,
    programId: program?.id ?? 0,
    clickId,
    clickedAt,
    linkId: null,
    partnerId: null,
    visitor: newId('v'),
    existingClickId: null,
    existingDay: null,
    webVisitor: null,
    webSession: null,
    isTest: true,
    context: JSON.stringify(context),
  };
}

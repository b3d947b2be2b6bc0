import { eventLine, newEventId, type Transaction } from '../platform/index.ts';
import type { Website } from '../workspaces/index.ts';
import type { NewVisit } from './arrival.ts';
import { describeTouch, type VisitorContext } from './context.ts';
import { type Landing, noGeo } from './enrichment/index.ts';
import * as queries from './queries.ts';

/** A page view or event that another system saw. */
export interface PastEvent {
  visitorId: string;
  sessionId: string;
  type: 'pageview' | 'custom';
  name: string | undefined;
  at: Date;
  landing: Landing | null;
  referrer: string | null;
  title: string | undefined;
  language: string | undefined;
  screen: string | undefined;
  seen: VisitorContext;
}

/**
 * Stores what was seen on a website in the past, as of then, in one or few statements. The first event of a session opens
 * its visit and says where it came from, so events must come in the order of their time. That none comes twice is the
 * caller's affair.
 */
export async function recordPastEvents(
  trx: Transaction,
  website: Website,
  events: readonly PastEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const inOrder = [...events].sort((a, b) => a.at.getTime() - b.at.getTime());
  const known = await queries.findVisitStarts(trx, website, inOrder);
  const rounds: NewVisit[][] = [];
  const visitsOf = new Map<string, number>();
  for (const event of inOrder) {
    const key = sessionKey(event);
    if (known.has(key)) continue;
    known.set(key, event.at);
    // Whether a visitor was here before is asked of what is stored: the second visit of one comes in a statement of its own.
    const round = visitsOf.get(event.visitorId) ?? 0;
    visitsOf.set(event.visitorId, round + 1);
    const visits = rounds[round] ?? [];
    visits.push(openingVisit(website, event));
    rounds[round] = visits;
  }
  for (const visits of rounds) {
    const arrivals = visits.map((visit) => ({ click: null, visit, lines: [] }));
    await queries.insertArrivals(trx, arrivals);
  }
  const lines = inOrder.map((event) => eventOf(website, event, known.get(sessionKey(event)) as Date));
  await queries.insertArrivals(trx, [{ click: null, visit: null, lines }]);
}

const sessionKey = ({ visitorId, sessionId }: { visitorId: string; sessionId: string }) =>
  `${visitorId}\u0000${sessionId}`;

function baseOf(website: Website, { visitorId, sessionId }: PastEvent) {
  return {
    workspace_id: website.workspaceId,
    program_id: website.programId ?? undefined,
    website_id: website.id,
    visitor_id: visitorId,
    session_id: sessionId,
    event_id: newEventId(),
  };
}

function openingVisit(website: Website, event: PastEvent): NewVisit {
  const { landing, referrer, language, screen, seen, visitorId, sessionId, at } = event;
  const circumstances = { landing, referrer, language, screen, address: '', userAgent: null };
  const origin = { ...circumstances, isAffiliate: false, ownHosts: [website.domain] };
  const context = JSON.stringify(describeTouch(noGeo, origin, seen));
  const own = { ...baseOf(website, event), type: 'visit' as const, occurred_at: at };
  const line = eventLine(own, context);
  return {
    workspaceId: website.workspaceId,
    websiteId: website.id,
    visitorId,
    sessionId,
    startedAt: at,
    context,
    line,
  };
}

function eventOf(website: Website, event: PastEvent, startedAt: Date): string {
  const { landing, type, name, at, title, referrer, language, screen, seen } = event;
  const visitDay = startedAt.toISOString().slice(0, 10);
  return eventLine({
    ...baseOf(website, event),
    ...seen,
    type,
    name,
    occurred_at: at,
    url: landing?.url,
    hostname: landing?.hostname,
    path: landing?.path,
    title,
    referrer: referrer ?? undefined,
    language,
    screen,
    visit_day: visitDay === at.toISOString().slice(0, 10) ? undefined : visitDay,
  });
}

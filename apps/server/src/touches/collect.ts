import type { EventRejection } from '@headwater/contract';
import { LRUCache } from 'lru-cache';
import {
  AppError,
  boundedJson,
  type Clock,
  dayMs,
  eventLine,
  isEmail,
  lenientText,
  type Metrics,
  minuteMs,
  newEventId,
  type Postgres,
  parseInstant,
} from '../platform/index.ts';
import { type Directory, type LinkTarget, originAllowed, type Website } from '../workspaces/index.ts';
import type { NewVisit } from './arrival.ts';
import { describeTouch, describeVisitor, type VisitorContext } from './context.ts';
import type { Cookieless } from './cookieless.ts';
import { type Geo, isBot, type Landing, readLanding } from './enrichment/index.ts';
import type { Ingest } from './ingest.ts';
import * as queries from './queries.ts';

/** What an identify event says; who that is, the customers' room decides. */
export interface Identification {
  workspaceId: number;
  websiteId: string;
  programId: number | null;
  visitorId: string;
  customerKey: string | null;
  email: string | null;
  at: Date;
}

export interface CollectDeps {
  postgres: Postgres;
  directory: Directory;
  ingest: Ingest;
  geo: Geo;
  clock: Clock;
  metrics: Metrics;
  cookieless: Cookieless;
  sessions: SessionMemory;
  identify(identification: Identification): Promise<void>;
}

/** Sessions whose visit is known to be on disk, when its last event was last written down, and the UTC day it began. */
export type SessionMemory = LRUCache<string, { writtenAt: number; day: string }>;

export function createSessionMemory(): SessionMemory {
  return new LRUCache({ max: 200_000 });
}

export interface CollectSender {
  address: string;
  userAgent: string | null;
  origin: string | null;
}

export interface Collected {
  accepted: number;
  rejected: { index: number; reason: EventRejection }[];
  /** Cookieless only: the ids that the server gave. */
  visitor: { visitorId: string; sessionId: string } | null;
}

interface AcceptedEvent {
  type: 'pageview' | 'event' | 'identify';
  name: string | undefined;
  landing: Landing | null;
  referrer: string | undefined;
  title: string | undefined;
  screen: string | undefined;
  language: string | undefined;
  timezone: string | undefined;
  properties: string | undefined;
  customerKey: string | null;
  email: string | null;
  at: Date;
}

// A visit's last event is written down again after this long: often enough to tell a cookieless visitor's idle half
// hour from a busy one after a restart, rarely enough not to double the writes of every page view.
const lastEventPrecisionMs = 5 * minuteMs;

/** Takes a batch of page views and events (contract §6.1, in its order); on disk when it resolves. */
export async function collect(
  deps: CollectDeps,
  body: Record<string, unknown>,
  sender: CollectSender,
): Promise<Collected> {
  const website = await getWebsite(deps, body.website_id);
  if (!originAllowed(website.allowedOrigins, sender.origin)) throw new AppError('origin_not_allowed');
  const ids = readIds(body);
  const { events } = body;
  if (!Array.isArray(events) || events.length < 1 || events.length > 100) {
    throw new AppError('invalid_request', 'events must be an array of 1 to 100 items');
  }
  const now = deps.clock.now();
  const { accepted, rejected } = readEvents(events, now, sender);
  for (const { reason } of rejected) deps.metrics.refused.inc({ route: 'collect', reason });
  if (accepted.length === 0) return { accepted: 0, rejected, visitor: null };

  const visitor = ids ?? (await deps.cookieless.nameVisitor(website, sender, now));
  await store(deps, website, visitor, accepted, sender, now);
  for (const event of accepted) deps.metrics.accepted.inc({ type: event.type });
  return { accepted: accepted.length, rejected, visitor: ids === null ? visitor : null };
}

async function getWebsite(deps: CollectDeps, websiteId: unknown): Promise<Website> {
  if (typeof websiteId !== 'string' || websiteId.trim() === '') {
    throw new AppError('invalid_request', 'website_id is required');
  }
  const website = websiteId.includes('\u0000') ? undefined : await deps.directory.findWebsite(websiteId);
  if (website === undefined) throw new AppError('website_not_found');
  return website;
}

function readIds(body: Record<string, unknown>): { visitorId: string; sessionId: string } | null {
  const visitorId = body.visitor_id ?? null;
  const sessionId = body.session_id ?? null;
  if (visitorId === null && sessionId === null) return null;
  if (visitorId === null || sessionId === null) {
    throw new AppError('invalid_request', 'visitor_id and session_id must be sent together');
  }
  return { visitorId: readId('visitor_id', visitorId), sessionId: readId('session_id', sessionId) };
}

function readId(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 255 && !value.includes('\u0000')) {
    return value;
  }
  throw new AppError('invalid_request', `${name} must be a string of at most 255 characters`);
}

function readEvents(
  events: readonly unknown[],
  now: Date,
  sender: CollectSender,
): { accepted: AcceptedEvent[]; rejected: Collected['rejected'] } {
  if (isBot({ userAgentField: null, userAgentHeader: sender.userAgent, hasOrigin: sender.origin !== null })) {
    return { accepted: [], rejected: events.map((_, index) => ({ index, reason: 'bot' })) };
  }
  const accepted: AcceptedEvent[] = [];
  const rejected: Collected['rejected'] = [];
  for (const [index, event] of events.entries()) {
    const read = readEvent(event, now);
    if (typeof read === 'string') rejected.push({ index, reason: read });
    else accepted.push(read);
  }
  return { accepted, rejected };
}

function readEvent(event: unknown, now: Date): AcceptedEvent | EventRejection {
  if (event === null || typeof event !== 'object' || Array.isArray(event)) return 'invalid_event';
  const fields = event as Record<string, unknown>;
  const { type } = fields;
  if (type !== 'pageview' && type !== 'event' && type !== 'identify') return 'unknown_type';
  const name = fields.name ?? undefined;
  const isName =
    typeof name === 'string' && name.trim() !== '' && name.length <= 100 && !name.includes('\u0000');
  if (type === 'event' && !isName) return 'name_required';
  const url = fields.url ?? undefined;
  if (type === 'pageview' && (typeof url !== 'string' || url.trim() === '')) return 'url_required';
  const landing = typeof url === 'string' && url.length <= 4096 ? readLanding(url) : null;
  if (typeof url === 'string' && url !== '' && landing === null) return 'invalid_url';
  const customerKey = readCustomerKey(fields.customer_key);
  const email = readEmail(fields.email);
  if (type === 'identify' && customerKey === null && email === null) return 'identity_required';
  const properties = readProperties(fields.properties);
  if (properties === null) return 'invalid_properties';
  const at = readOccurredAt(fields.occurred_at, now);
  if (at === undefined) return 'invalid_occurred_at';
  return {
    type,
    name: isName ? lenientText(name, 100) : undefined,
    landing,
    referrer: lenientText(fields.referrer, 4096),
    title: lenientText(fields.title),
    screen: lenientText(fields.screen),
    language: lenientText(fields.language),
    timezone: lenientText(fields.timezone),
    properties,
    customerKey,
    email,
    at,
  };
}

/** A customer key as text, from text or a whole number; null when there is none. */
export function readCustomerKey(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value.length > 255 || value.includes('\u0000')) return null;
  return value.trim() === '' ? null : value;
}

/** An email address as a browser's lead is read: null when it is none. */
function readEmail(value: unknown): string | null {
  const text = lenientText(value, 254);
  return text !== undefined && isEmail(text) ? text : null;
}

function readProperties(value: unknown): string | undefined | null {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  for (const member of Object.values(value)) {
    if (typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') return null;
  }
  return boundedJson(value, 8 * 1024) ?? null;
}

function readOccurredAt(value: unknown, now: Date): Date | undefined {
  if (value === undefined || value === null) return now;
  const at = parseInstant(value);
  if (at === undefined) return undefined;
  const age = now.getTime() - at.getTime();
  return age <= dayMs && age >= -5 * minuteMs ? at : undefined;
}

async function store(
  deps: CollectDeps,
  website: Website,
  visitor: { visitorId: string; sessionId: string },
  events: readonly AcceptedEvent[],
  sender: CollectSender,
  now: Date,
): Promise<void> {
  const { visitorId, sessionId } = visitor;
  const seen = describeVisitor(deps.geo, sender);
  const key = `${website.id}\u0000${visitorId}\u0000${sessionId}`;
  const known = deps.sessions.get(key);
  const base = {
    workspace_id: website.workspaceId,
    program_id: website.programId ?? undefined,
    website_id: website.id,
    visitor_id: visitorId,
    session_id: sessionId,
  };
  const shared = JSON.stringify({ ...base, ...seen });
  const visit = known === undefined ? await newVisit(deps, website, base, events, seen, sender) : null;
  const day = known?.day ?? utcDay(visit?.startedAt ?? now);
  await deps.ingest.add({
    click: null,
    visit,
    lines: events.map((event) => pageLine(event, shared, day)),
  });
  if (known === undefined) deps.sessions.set(key, { writtenAt: now.getTime(), day });
  else if (now.getTime() - known.writtenAt > lastEventPrecisionMs) {
    known.writtenAt = now.getTime();
    await queries.touchVisit(deps.postgres, {
      workspaceId: website.workspaceId,
      websiteId: website.id,
      ...visitor,
      at: now,
    });
  }
  for (const event of events) {
    if (event.type !== 'identify') continue;
    await deps.identify({
      workspaceId: website.workspaceId,
      websiteId: website.id,
      programId: website.programId,
      visitorId,
      customerKey: event.customerKey,
      email: event.email,
      at: event.at,
    });
  }
}

const utcDay = (at: Date) => at.toISOString().slice(0, 10);

interface EventBase {
  workspace_id: number;
  program_id: number | undefined;
  website_id: string;
  visitor_id: string;
  session_id: string;
}

/** The partner's link that a landing came through, if it is one of the website's own workspace. */
async function findOwnLink(
  directory: Directory,
  website: Website,
  code: string | null,
): Promise<LinkTarget | undefined> {
  if (code === null) return undefined;
  const link = await directory.findLink(code);
  return link?.program?.workspaceId === website.workspaceId ? link : undefined;
}

/** The visit that these events would open: its context comes from the first of them that names a page. */
async function newVisit(
  deps: CollectDeps,
  website: Website,
  base: EventBase,
  events: readonly AcceptedEvent[],
  seen: VisitorContext,
  sender: CollectSender,
): Promise<NewVisit> {
  const first = events.find((event) => event.landing !== null) ?? (events[0] as AcceptedEvent);
  const link = await findOwnLink(deps.directory, website, first.landing?.aff ?? null);
  const circumstances = {
    landing: first.landing,
    referrer: first.referrer ?? null,
    isAffiliate: link !== undefined,
    ownHosts: [website.domain],
    address: sender.address,
    userAgent: sender.userAgent,
    language: first.language,
    screen: first.screen,
  };
  const context = JSON.stringify(describeTouch(deps.geo, circumstances, seen));
  const own = {
    ...base,
    event_id: newEventId(),
    type: 'visit' as const,
    occurred_at: first.at,
    partner_id: link?.partnerId,
    link_id: link?.linkId,
  };
  return {
    workspaceId: base.workspace_id,
    websiteId: base.website_id,
    visitorId: base.visitor_id,
    sessionId: base.session_id,
    startedAt: first.at,
    context,
    line: eventLine(own, context),
  };
}

/** A page view or event: its own page, and what all events of a request share (`shared`, as JSON). */
function pageLine(event: AcceptedEvent, shared: string, visitDay: string): string {
  const { landing } = event;
  return eventLine(
    {
      event_id: newEventId(),
      type: event.type === 'event' ? 'custom' : event.type,
      name: event.name,
      occurred_at: event.at,
      url: landing?.url,
      hostname: landing?.hostname,
      path: landing?.path,
      title: event.title,
      referrer: event.referrer,
      language: event.language,
      screen: event.screen,
      properties: event.properties,
      visit_day: utcDay(event.at) === visitDay ? undefined : visitDay,
    },
    shared,
  );
}

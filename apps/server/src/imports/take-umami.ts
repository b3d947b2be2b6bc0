import { invariant } from '../platform/index.ts';
import { type Landing, type PastEvent, readLanding, recordPastEvents } from '../touches/index.ts';
import type { Website } from '../workspaces/index.ts';
import { claimKeys, type NewKey } from './key-queries.ts';
import { keyOf } from './keys.ts';
import type { Judged, Row, Taking } from './part.ts';
import { type Cells, Refused, readText, requireInstant, requireText } from './read-cell.ts';

/**
 * Umami's rows are single page views and events: they become ours, as of their own time, in visits of their own. An event is
 * known by its id.
 */
export async function takeUmami(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { website, trx, now } = taking;
  invariant(website !== null, 'events are of a website');
  const scope = `umami ${website.id}`;
  const judged: Judged[] = [];
  const wanted: { event: PastEvent; key: NewKey; at: number }[] = [];
  for (const row of rows) {
    const cells = withoutApostrophes(row.cells);
    try {
      const key = keyOf(scope, requireText(cells, 'event_id'));
      const event = readEvent(website, cells, now);
      wanted.push({ event, key: { key, ref: null }, at: judged.length });
      judged.push({ outcome: 'already_there', line: row.line, key: key.toString('hex') });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      judged.push({ outcome: 'refused', reason: error.message, line: row.line, key: null });
    }
  }
  const fresh = await claimKeys(
    trx,
    website.workspaceId,
    scope,
    wanted.map(({ key }) => key),
  );
  const taken = wanted.filter(({ key }) => fresh.delete(key.key.toString('hex')));
  await recordPastEvents(
    trx,
    website,
    taken.map(({ event }) => event),
  );
  for (const { at } of taken) {
    const { line, key } = judged[at] as Judged;
    judged[at] = { outcome: 'taken', line, key };
  }
  return judged;
}

/** Umami puts one before texts that a spreadsheet would take for a formula. */
function withoutApostrophes(cells: Cells): Cells {
  return new Map(
    [...cells].map(([field, value]) => [field, /^'[=+\-@]/.test(value) ? value.slice(1) : value]),
  );
}

const types: Readonly<Record<string, PastEvent['type']>> = { 1: 'pageview', 2: 'custom' };

function readEvent(website: Website, cells: Cells, now: Date): PastEvent {
  const type = types[requireText(cells, 'event_type')];
  if (type === undefined) throw new Refused('event_type is neither 1, a page view, nor 2, an event');
  const name = cells.get('event_name')?.slice(0, 100);
  if (type === 'custom' && name === undefined) throw new Refused('event_name is missing');
  return {
    visitorId: `umami_${requireText(cells, 'session_id', 200)}`,
    sessionId: `umami_${requireText(cells, 'visit_id', 200)}`,
    type,
    name: type === 'custom' ? name : undefined,
    at: requireInstant(cells, 'created_at', now),
    landing: readPage(website, cells),
    referrer: readReferrer(cells),
    title: cells.get('page_title')?.slice(0, 255),
    language: readText(cells, 'language') ?? undefined,
    screen: readText(cells, 'screen') ?? undefined,
    seen: {
      country: /^[A-Z]{2}$/.exec(cells.get('country') ?? '')?.[0],
      region: cells.get('region')?.slice(0, 255),
      city: cells.get('city')?.slice(0, 255),
      device: deviceOf(cells.get('device')),
      browser: browserOf(cells.get('browser')),
      os: systemOf(cells.get('os')),
    },
  };
}

const queryColumns = [
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'],
  ...['gclid', 'fbclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid'],
];

/** The address as it was: Umami keeps its pieces in columns, and what campaigns say of themselves once more. */
function readPage(website: Website, cells: Cells): Landing {
  const host = cells.get('hostname') ?? website.domain;
  const path = requireText(cells, 'url_path', 4096);
  const query = new URLSearchParams(cells.get('url_query') ?? '');
  for (const name of queryColumns) {
    const value = cells.get(name);
    if (value !== undefined && !query.has(name)) query.set(name, value);
  }
  const search = query.toString();
  const landing = readLanding(
    `https://${host}${path.startsWith('/') ? '' : '/'}${path}${search && `?${search}`}`,
  );
  if (landing === null) throw new Refused('hostname and url_path are no address');
  return landing;
}

function readReferrer(cells: Cells): string | null {
  const domain = cells.get('referrer_domain');
  if (domain === undefined) return null;
  return `https://${domain}${cells.get('referrer_path') ?? '/'}`.slice(0, 4096);
}

const devices: Readonly<Record<string, PastEvent['seen']['device']>> = {
  desktop: 'desktop',
  laptop: 'desktop',
  mobile: 'mobile',
  tablet: 'tablet',
};

function deviceOf(text: string | undefined): PastEvent['seen']['device'] {
  return text === undefined ? undefined : (devices[text.toLowerCase()] ?? 'unknown');
}

// Umami writes the names of detect-browser; these are what our own tracker calls the same.
const browsers: Readonly<Record<string, string>> = {
  chrome: 'Chrome',
  crios: 'Chrome',
  'chromium-webview': 'Chrome WebView',
  firefox: 'Firefox',
  fxios: 'Firefox',
  safari: 'Safari',
  ios: 'Mobile Safari',
  'ios-webview': 'WebKit',
  edge: 'Edge',
  'edge-chromium': 'Edge',
  'edge-ios': 'Edge',
  opera: 'Opera',
  samsung: 'Samsung Internet',
  facebook: 'Facebook',
  instagram: 'Instagram',
  yandexbrowser: 'Yandex',
};

function browserOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (browsers[text.toLowerCase()] ?? text.slice(0, 64));
}

function systemOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith('Windows') && text !== 'Windows Mobile') return 'Windows';
  const familiar: Record<string, string> = {
    'Mac OS': 'macOS',
    'Android OS': 'Android',
    'Chrome OS': 'ChromeOS',
  };
  return familiar[text] ?? text.slice(0, 64);
}

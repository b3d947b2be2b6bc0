/**
 * Page views, custom events and identify calls on their way to /collect. Events wait here as JSON text: what a page
 * hands us is read once, a value that has no JSON harms nobody else, and the length is known.
 *
 * waiting ── 300 ms ──▶ in flight ──▶ accepted
 *    ▲                     │ offline, 5xx, 429
 *    └──── back-off ◀──────┘
 *    │ page is left: sendBeacon
 *
 * An event in flight is not beaconed: its request outlives the page (`keepalive`).
 */

import { failure, failures, json, safe, send, urlOf } from './send.ts';
import { isMuted } from './settings.ts';
import { log, settings, tracker } from './state.ts';
import { touchVisit } from './visit.ts';

const BATCH_DELAY_MS = 300;
/**
 * Of one event and of a batch. At 3 bytes each a batch stays below the browser's 64 KB for beacons; and since no event
 * is shorter than 140 characters, below the server's 100 events.
 */
const MAX_CHARS = 14e3;
/** When full, new events are refused: the first ones carry the visit's landing page and referrer. */
const MAX_WAITING = 500;

const waiting: string[] = [];
// biome-ignore lint/correctness/noUnusedVariables: `||=` reads it
let timer: unknown;

/** Removes and returns the first events that fit one request. */
export const takeBatch = (events: string[]) => {
  let count = 0;
  let chars = 0;
  // Past the last event this is NaN, and ends.
  while ((chars += events[count]?.length as number) <= MAX_CHARS) count++;
  return events.splice(0, count);
};

const bodyOf = (batch: string[]) => ({
  website_id: settings.websiteid,
  visitor_id: tracker.visitorId,
  session_id: tracker.sessionId,
  // As reviver an index counts as none.
  events: batch.map(JSON.parse as (event: string) => unknown),
});

const flush = async () => {
  while (waiting[0]) {
    let batch: string[] = [];
    const answer = await send(
      'collect',
      () => {
        batch = takeBatch(waiting);
        return bodyOf(batch);
      },
      () => waiting.unshift(...batch),
    );
    // The visitor's clock is wrong: once more without a time, which means now. An event's text starts with
    // {"occurred_at":"2026-01-31T12:00:00.000Z", (42 characters). Answers without the list throw, and are done.
    safe(() =>
      (answer.rejected as { index: number; reason: string }[]).map(
        (refused) =>
          /occurred_at/.test(refused.reason) && waiting.push('{' + batch[refused.index]!.slice(42)),
      ),
    )();
  }
  timer = 0;
};

/** The page of the last event. */
export let lastUrl = '';

/**
 * What makes a page: the URL without the fragment, unless a hash router put its route there (`#/cart`, `#!/cart`).
 */
export const pageUrl = () => location.href.replace(/#(?!!?\/).*/, '').slice(0, 4096);

/** Queues one event of this page; a route's referrer is the page before it. Answers only a failure. */
export const record = (type: string, extra?: object) => {
  touchVisit();
  const url = pageUrl();
  const event = json({
    occurred_at: new Date(),
    type,
    url,
    referrer: lastUrl || document.referrer,
    title: document.title,
    screen: screen.width + 'x' + screen.height,
    language: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...extra,
  });
  if (!settings.websiteid) return failure('no website');
  if (isMuted() || event.length > MAX_CHARS || waiting[MAX_WAITING]) return failure('dropped');
  log(event);
  lastUrl = url;
  waiting.push(event);
  timer ||= setTimeout(flush, BATCH_DELAY_MS);
};

/**
 * Hands what waits to the browser as the page goes away. While requests fail, a page that is only hidden keeps its
 * events for the next try, since nobody tells us whether a beacon arrived. (Of the two events `pagehide` sorts first.)
 */
export const beacon = ({ type }: Event) => {
  while (
    waiting[0] &&
    (type < 'v' || !failures) &&
    navigator.sendBeacon(urlOf('collect'), json(bodyOf(takeBatch(waiting))))
  );
};

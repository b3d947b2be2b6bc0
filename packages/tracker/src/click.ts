/**
 * The partner click of this browser: read from cookies, or captured from `?aff=`. The last partner wins: the same
 * partner's link again is not a new click, another partner's is.
 */

import { readCookie, writeCookie } from './cookies.ts';
import type { Answer } from './send.ts';
import { failure, send } from './send.ts';
import { tracker } from './state.ts';
import { touchVisit } from './visit.ts';

const CLICK = 'affitor_click_id';
const CLICK_TWIN = 'customer_code';
const CLICK_LIST = 'affitor_click_ids';
const LANDING = 'affitor_aff_url';

const DEFAULT_DAYS = 60;
const MAX_CLICKS = 20;

/** Clicks of this browser, oldest first, each once. */
export let clickIds: string[] = [];

/** The click on its way, if any: a lead waits for it, so that its id goes along. */
export let clickInFlight: Promise<Answer> | null;

/** The link code in a URL, in lower case since codes ignore case; '' when there is none. Takes any text. */
export const partnerOf = (url: string | null) =>
  (new URL('a:' + url).searchParams.get('aff') || '').toLowerCase();

const setClick = (clickId: string, url: string) => {
  tracker.clickId = clickId;
  tracker.affiliateUrl = url;
  tracker.hasAffiliateAttribution = true;
  clickIds = [...clickIds.filter((id) => id !== clickId), clickId].slice(-MAX_CLICKS);
};

/** Takes over what the cookies hold; another tab may have written since. */
export const restoreClick = () => {
  const clickId =
    readCookie(CLICK) || (readCookie(CLICK_TWIN) && writeCookie(CLICK, readCookie(CLICK_TWIN), DEFAULT_DAYS));
  const list = readCookie(CLICK_LIST);
  // Click ids are url-safe: of `id|id` the bar is all that is encoded.
  if (list) clickIds = list.split('%7C');
  if (clickId) setClick(clickId, readCookie(LANDING));
};

/** What every click and lead tells about where it comes from. */
export const origin = (additionalData?: object) => {
  touchVisit();
  return {
    page_url: location.href,
    visitor_id: tracker.visitorId,
    session_id: tracker.sessionId,
    additional_data: { program_id: tracker.programId, ...additionalData },
  };
};

/** Posts a click, contract §5.1; null as URL is for tests only. */
export const sendClick = (affiliateUrl: string | null, additionalData?: object) =>
  send('track/click', () => ({
    affiliate_url: affiliateUrl,
    ...origin(additionalData),
    referrer_url: document.referrer,
    page_title: document.title,
    language: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen_resolution: screen.width + 'x' + screen.height,
    viewport_size: innerWidth + 'x' + innerHeight,
    existing_click_id: tracker.clickId,
  }));

/** Sends a click if this page's URL brings one. */
export const captureClick = (): Promise<Answer> | Answer => {
  restoreClick();
  const url = location.href;
  const partner = partnerOf(url);
  if (!partner) return failure('no aff');
  if (!tracker.programId) return failure('no program');
  if (partnerOf(tracker.affiliateUrl) === partner) return failure('same aff');
  clickInFlight ||= sendClick(url).then((answer) => {
    const clickId = answer.click_id as string | undefined;
    clickInFlight = null;
    if (clickId) {
      const days = (answer.cookie_window_days as number) || DEFAULT_DAYS;
      restoreClick();
      setClick(clickId, url);
      writeCookie(CLICK, clickId, days);
      writeCookie(CLICK_TWIN, clickId, days);
      writeCookie(CLICK_LIST, clickIds.join('%7C'), days);
      // Of what a URL holds, RFC 6265 keeps only these out of a cookie.
      writeCookie(LANDING, url.replace(/[,;\\]/g, encodeURIComponent), days);
    }
    return answer;
  });
  return clickInFlight;
};

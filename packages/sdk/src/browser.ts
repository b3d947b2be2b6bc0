/**
 * Headwater in the browser: the tracker as a module, for pages that are bundled. It is the code of `/js/headwater.js` and
 * loads nothing else. Safe to import and to call where there is no window: there every call answers `{ success: false }`.
 *
 * Calls made before `init` wait for it. Nothing throws or rejects.
 */

import { api } from '../../tracker/src/api.ts';
import { watchPage } from '../../tracker/src/page-views.ts';

export interface Options {
  /** The affiliate program; without it no clicks. */
  programId?: number | string;
  /** The website; without it no page views, events, visitor and session ids. */
  websiteId?: string;
  /** Where Headwater runs, e.g. `https://headwater.example`. */
  apiBase: string;
  /** Default: the widest domain that the browser accepts a cookie for. */
  cookieDomain?: string;
  /** No cookies, storage or ids; the click id lives in memory. */
  cookieless?: boolean;
  /** With Do Not Track or Global Privacy Control on: no cookies, nothing is sent. */
  respectDnt?: boolean;
  /** Prints every decision with its reason to the console. */
  debug?: boolean;
}

/** The server's JSON, or what went wrong. An answer that takes more than four seconds is `timeout`: sending goes on. */
export interface Answer {
  success: boolean;
  message?: string;
  [field: string]: unknown;
}

export interface Lead {
  customer_key?: string | number;
  email?: string;
  additional_data?: Record<string, unknown>;
}

/** What is known of this browser. Null where nothing is. */
export interface Attribution {
  clickId: string | null;
  programId: number | null;
  hasAttribution: boolean;
  affiliateUrl: string | null;
  /** With `sessionId`, what your server hands to `attributePayment`. */
  visitorId: string | null;
  sessionId: string | null;
}

type Tracker = typeof api;

/** The tracker of this page: the script's, if there is one, else ours. */
const onPage = () => (globalThis as { headwater?: Tracker }).headwater;

const isBrowser = () => typeof window !== 'undefined' && typeof document !== 'undefined';

const noBrowser: Answer = { success: false, message: 'no browser' };

let begin: (tracker: Tracker) => void;
const begun = new Promise<Tracker>((resolve) => {
  begin = resolve;
});

/** Starts once per page; a second call changes settings. A script tag on the same page is taken over, not doubled. */
export function init(options: Options): void {
  if (!isBrowser()) return;
  const page = globalThis as { headwater?: Tracker; affitor?: Tracker };
  if (!page.headwater?.loaded) {
    page.headwater = page.affitor = api;
    watchPage();
  }
  // The tracker reads an option that is there, whatever it holds, as one that is on.
  const told = Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
  page.headwater.init(Object.fromEntries(told));
  begin(page.headwater);
}

async function call(run: (tracker: Tracker) => unknown): Promise<Answer> {
  if (!isBrowser()) return noBrowser;
  return ((await run(await begun)) ?? { success: true }) as Answer;
}

/** Reports a sign-up under your own user id, with or without a partner's click. */
export function signup(customerKey: string | number, email?: string): Promise<Answer> {
  return call((tracker) => tracker.signup(customerKey, email));
}

/** The same with everything that a lead may carry. */
export function trackLead(lead: Lead): Promise<Answer> {
  return call((tracker) => tracker.trackLead(lead));
}

/** Counts a custom event, by a name of at most 100 characters. */
export function track(name: string, properties?: Record<string, string | number | boolean>): Promise<Answer> {
  return call((tracker) => tracker.track(name, properties));
}

/** Says who the visitor is, when they sign in. */
export function identify(customerKey?: string | number, email?: string): Promise<Answer> {
  return call((tracker) => tracker.identify(customerKey, email));
}

/** Counts a page view. Only for what is no page of its own: route changes are followed by themselves. */
export function page(): Promise<Answer> {
  return call((tracker) => tracker.page());
}

/** What is known of this browser now. All null before `init`, on a server, and for what there is none of. */
export function getData(): Attribution {
  const tracker = isBrowser() ? onPage() : undefined;
  return {
    clickId: null,
    programId: null,
    hasAttribution: false,
    affiliateUrl: null,
    ...tracker?.getData(),
    visitorId: tracker?.visitorId ?? null,
    sessionId: tracker?.sessionId ?? null,
  };
}

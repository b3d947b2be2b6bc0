/**
 * What the page may see (`window.headwater`) and what its owner has set (the script tag's attributes, `init`).
 * State that two files share is in one of these two objects.
 */

/** The data members of `window.headwater`; `index.ts` adds the methods. What is unknown is null. */
export interface Tracker {
  loaded: true;
  debugMode: boolean;
  programId: number | null;
  clickId: string | null;
  affiliateUrl: string | null;
  hasAffiliateAttribution: boolean;
  visitorId: string | null;
  sessionId: string | null;
}

/** Attributes and options, their names stripped to lower-case letters: `data-affitor-program-id` is `programid`. */
export interface Settings {
  programid?: string;
  websiteid?: string;
  apibase?: string;
  cookiedomain?: string;
  debug?: string;
  cookieless?: string;
  respectdnt?: string;
}

export const tracker = {
  loaded: true,
  clickId: null,
  affiliateUrl: null,
  hasAffiliateAttribution: false,
  visitorId: null,
  sessionId: null,
} as Tracker; // The rest is set at once, by `start`.

export const settings: Settings = {};

/** Prints a decision with its reason, when `data-debug` is on. */
export const log = (...what: unknown[]) => {
  if (tracker.debugMode) console.log('headwater', ...what);
};

import { readCookie, writeCookie } from './cookies.ts';
import { settings, tracker } from './state.ts';

/** 128 random bits, url-safe: four 32-bit numbers joined by a hyphen. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/**
 * Makes the visitor and session ids that are missing and slides the session's 30 minutes on; called for everything we
 * send. Without a website or without cookies there are none.
 */
export const touchVisit = () => {
  if (!settings.websiteid) return;
  tracker.visitorId = readCookie('hw_visitor') || writeCookie('hw_visitor', newId(), 365);
  tracker.sessionId = writeCookie('hw_session', readCookie('hw_session') || newId(), 1 / 48);
};

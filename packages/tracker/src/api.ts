/**
 * What the owner of a page calls (contract §13). Nothing here throws or rejects: a shop must not break because its
 * tracker did. Importing it does nothing and needs no window.
 */

import { captureClick, restoreClick, sendClick } from './click.ts';
import { openCookies } from './cookies.ts';
import { record } from './events.ts';
import { sendLead } from './lead.ts';
import { page, route } from './page-views.ts';
import { safe } from './send.ts';
import { configure, isOn } from './settings.ts';
import { log, settings, tracker } from './state.ts';

const trackClick = safe(captureClick);

/** Takes the settings as they are now and looks at the page with them. */
export const start = () => {
  tracker.debugMode = isOn(settings.debug);
  tracker.programId = +settings.programid! || null;
  openCookies();
  log(settings);
  trackClick();
  route();
};

export const api = Object.assign(tracker, {
  init: safe((options?: object) => {
    configure(options);
    start();
  }),
  signup: safe((customer_key?: string | number, email?: string) => sendLead({ customer_key, email })),
  trackLead: safe(sendLead),
  trackClick,
  trackTest: safe(() => sendClick(null, { test_mode: true })),
  getClickId: () => {
    restoreClick();
    return tracker.clickId;
  },
  getData: () => {
    restoreClick();
    return {
      clickId: tracker.clickId,
      programId: tracker.programId,
      hasAttribution: tracker.hasAffiliateAttribution,
      affiliateUrl: tracker.affiliateUrl,
    };
  },
  track: safe((name: string, properties?: object) => record('event', { name, properties })),
  page,
  identify: safe((customer_key?: string | number, email?: string) =>
    record('identify', { customer_key, email }),
  ),
});

/**
 * The tracker's door: publishes `window.headwater` (also `window.affitor`), then starts. Contract §13.
 * Nothing here throws or rejects: a shop must not break because its tracker did.
 */

import { captureClick, restoreClick, sendClick } from './click.ts';
import { openCookies } from './cookies.ts';
import { record } from './events.ts';
import { sendLead } from './lead.ts';
import { page, route, watchPage } from './page-views.ts';
import { safe } from './send.ts';
import { configure, isOn, readScriptTag } from './settings.ts';
import { log, settings, tracker } from './state.ts';

const trackClick = safe(captureClick);

/** Takes the settings as they are now and looks at the page with them. */
const start = () => {
  tracker.debugMode = isOn(settings.debug);
  tracker.programId = +settings.programid! || null;
  openCookies();
  log(settings);
  trackClick();
  route();
};

const api = Object.assign(tracker, {
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

const globals = window as unknown as Record<string, unknown>;

type Command = [method: string, ...args: unknown[]];

const run = safe(([method, ...args]: Command) =>
  (api as unknown as Record<string, (...args: unknown[]) => unknown>)[method]!(...args),
);

// The file under both its names on one page must not count everything twice.
if (!(globals.headwater as typeof api | undefined)?.loaded) {
  globals.headwater = globals.affitor = api;
  safe(watchPage)();
  safe(readScriptTag)();
  safe(start)();
  // What the page queued before we came; from now on each command runs as it is pushed. The page may hold the array.
  ['affitorQueue', 'headwaterQueue'].map(
    safe((name: string) => {
      const queue = (globals[name] ||= []) as Command[];
      queue.push = (...commands) => commands.map(run) as never;
      queue.push(...queue.splice(0));
    }),
  );
}

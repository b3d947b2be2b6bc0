/** The script's door: publishes `window.headwater` (also `window.affitor`), then starts. Contract §13. */

import { api, start } from './api.ts';
import { watchPage } from './page-views.ts';
import { safe } from './send.ts';
import { readScriptTag } from './settings.ts';

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

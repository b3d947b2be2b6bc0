import { beacon, lastUrl, pageUrl, record } from './events.ts';
import { safe } from './send.ts';

/** Counts a page view in any case. */
export const page = safe(() => record('pageview'));

/** Counts a page view if the page is another than the one counted last. */
export const route = () => {
  if (pageUrl() !== lastUrl) page();
};

const follow = (method: 'pushState' | 'replaceState') => {
  const native = history[method];
  history[method] = (...args) => {
    native.apply(history, args);
    route();
  };
};

/** Follows the history API, the back button, the back/forward cache, and the end of the page. */
export const watchPage = () => {
  follow('pushState');
  follow('replaceState');
  addEventListener('popstate', route);
  addEventListener('pageshow', (event) => event.persisted && page());
  addEventListener('pagehide', beacon);
  addEventListener('visibilitychange', beacon);
};

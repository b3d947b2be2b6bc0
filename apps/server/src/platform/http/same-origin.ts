import type { IncomingHttpHeaders } from 'node:http';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request that a cookie speaks for was made by a page of this server: what changes something must name this host as
 * its origin. Browsers always send `Origin` with such a request, so one without it is no page of ours, and the host is
 * what they connected to, which a page elsewhere cannot choose.
 */
export function isFromOurPage(method: string, host: string, headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (harmless.has(method)) return site !== 'cross-site' || headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = headers.origin;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

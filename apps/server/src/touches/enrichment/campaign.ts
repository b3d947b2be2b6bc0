import { cleanText, cut } from './clean-text.ts';
import { type ClickIdKind, clickIdByParam } from './click-ids.ts';

export interface Utm {
  source: string | null;
  medium: string | null;
  campaign: string | null;
  term: string | null;
  content: string | null;
}

/** What the address of a landing page says. */
export interface Landing {
  /** Without credentials, fragment and click ids; at most 4,096 characters. */
  url: string;
  hostname: string;
  /** Percent-encoded as in the URL; at most 2,048 characters. */
  path: string;
  /** The `utm_*` parameters as they were sent, cleaned and cut to 255 characters. */
  utm: Utm;
  /** Parameter `source`, else `ref`: what many sites append in place of `utm_source`. Channels use it when that is absent. */
  ref: string | null;
  /** Which network's click id the URL carried. The value identifies a person's click and is not kept anywhere. */
  clickIdKind: ClickIdKind | null;
  /** Parameter `aff`: the code of a partner's link. */
  aff: string | null;
}

const MAX_URL_LENGTH = 4096;
const MAX_PATH_LENGTH = 2048;
const MAX_HOST_LENGTH = 253;
const MAX_PARAM_LENGTH = 255;

/** Longer names are none of ours; this spares lower-casing what an attacker sends. */
const LONGEST_PARAM_NAME = 20;

const wantedParams = new Set([
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'source',
  'ref',
  'aff',
]);

/**
 * Reads an absolute http(s) URL in one pass. Null when it is not one. Names of parameters count in any case, the first
 * of several equal ones counts, invalid percent-encodings become U+FFFD. What is longer than 4,096 characters is cut.
 */
export function readLanding(text: string): Landing | null {
  const url = parseHttpUrl(text);
  if (url === null) return null;
  const params = url.search === '' ? noParams : readParams(url);
  return {
    url: cut(`${url.origin}${url.pathname}${params.search ?? url.search}`, MAX_URL_LENGTH),
    hostname: url.hostname,
    path: cut(url.pathname, MAX_PATH_LENGTH),
    utm: {
      source: params.get('utm_source'),
      medium: params.get('utm_medium'),
      campaign: params.get('utm_campaign'),
      term: params.get('utm_term'),
      content: params.get('utm_content'),
    },
    ref: params.get('source') ?? params.get('ref'),
    clickIdKind: params.clickIdKind,
    aff: params.get('aff'),
  };
}

function parseHttpUrl(text: string): URL | null {
  let url: URL;
  try {
    url = new URL(cut(text, MAX_URL_LENGTH));
  } catch {
    return null;
  }
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.hostname.length <= MAX_HOST_LENGTH ? url : null;
}

interface Params {
  get(name: string): string | null;
  clickIdKind: ClickIdKind | null;
  /** The query without click ids, where it differs from the URL's own. */
  search: string | null;
}

const noParams: Params = { get: () => null, clickIdKind: null, search: null };

function readParams(url: URL): Params {
  const values = new Map<string, string>();
  let best: { kind: ClickIdKind; rank: number } | null = null;
  for (const [param, value] of url.searchParams) {
    if (param.length > LONGEST_PARAM_NAME || value === '') continue;
    const name = param.toLowerCase();
    if (wantedParams.has(name)) {
      if (!values.has(name)) values.set(name, value);
      continue;
    }
    const clickId = clickIdByParam.get(name);
    if (clickId === undefined) continue;
    if (best === null || clickId.rank < best.rank) best = clickId;
  }
  return {
    get: (name) => cleanText(values.get(name), MAX_PARAM_LENGTH),
    clickIdKind: best?.kind ?? null,
    search: best === null ? null : searchWithoutClickIds(url),
  };
}

function searchWithoutClickIds(url: URL): string {
  const rest = new URLSearchParams();
  for (const [param, value] of url.searchParams) {
    if (param.length > LONGEST_PARAM_NAME || !clickIdByParam.has(param.toLowerCase()))
      rest.append(param, value);
  }
  const search = rest.toString();
  return search === '' ? '' : `?${search}`;
}

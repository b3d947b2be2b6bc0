import { AppError } from '../platform/index.ts';

/** Where a link leads: an absolute http(s) URL without credentials. 400 `destination_url is invalid`. */
export function readDestination(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:');
  if (!isWeb || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'destination_url is invalid');
  }
  return url.href;
}

/**
 * What a partner shares: the destination with `aff=<code>`. Other parameters stay letter by letter, since some shops
 * are particular about them; an `aff` of the destination itself, in any case, would win over ours and is dropped.
 */
export function referralUrl(destination: string, code: string): string {
  const url = new URL(destination);
  const others = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && nameOf(pair) !== 'aff');
  url.search = [...others, `aff=${encodeURIComponent(code)}`].join('&');
  return url.href;
}

function nameOf(pair: string): string | undefined {
  const [name] = new URLSearchParams(pair).keys();
  return name?.toLowerCase();
}

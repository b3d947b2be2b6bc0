import { domainToASCII } from 'node:url';
import { AppError } from '../platform/index.ts';

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The host name in what people write for a domain: scheme, port, path and case are dropped, international names are
 * kept in their ASCII form. 400 `domain is invalid`.
 */
export function readDomain(text: string): string {
  const host = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#\\].*$/s, '')
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
  const ascii = domainToASCII(host);
  const labels = ascii.split('.');
  const named = labels.length > 1 || ascii === 'localhost';
  // What ends in a number is an IPv4 address, and domainToASCII has checked that it is a whole one.
  if (ascii === '' || ascii.length > 253 || !named || !labels.every((one) => label.test(one))) {
    throw new AppError('invalid_request', 'domain is invalid');
  }
  return ascii;
}

/** Origins as browsers send them, each once. 400 `allowed_origins is invalid`. */
export function readOrigins(texts: readonly string[]): string[] {
  return [...new Set(texts.map(readOrigin))];
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin =
    url !== undefined &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.pathname === '/' &&
    `${url.search}${url.hash}${url.username}${url.password}` === '';
  if (!isOrigin) throw new AppError('invalid_request', 'allowed_origins is invalid');
  return url.origin;
}

/** An IANA time zone in its usual spelling. 400 `timezone is invalid`. */
export function readTimeZone(text: string): string {
  // Offsets such as +02:00 are taken by newer engines, but they are no place and know no summer time.
  if (!/^[A-Za-z]/.test(text)) throw new AppError('invalid_request', 'timezone is invalid');
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    // An older name of a zone is answered as it was sent, not as the engine's favourite.
    return known.toLowerCase() === text.toLowerCase() ? known : text;
  } catch (cause) {
    throw new AppError('invalid_request', 'timezone is invalid', { cause });
  }
}

/**
 * Cookies on the widest domain that the browser takes, so that `shop.example.com` and `www.example.com` share a
 * visitor. When no cookie can be kept at all the tracker works as in `data-cookieless`: a made-up visitor on every
 * page would spoil the counts, while the server can tell cookieless visits apart.
 */

import { isMuted, isOn } from './settings.ts';
import { settings } from './state.ts';

let usable = false;
let domain = '';

/** The cookie's raw value, or '' when it is absent or cookies are off. */
export const readCookie = (name: string) =>
  (usable && ('; ' + document.cookie).split('; ' + name + '=')[1]?.split(';')[0]) || '';

/** Writes the value as it is; zero days delete. Returns the value, or null when cookies are off. */
export const writeCookie = (name: string, value: string, days: number) => {
  if (!usable) return null;
  // A host-only twin would make the documented getCookie() snippet find two cookies and give up.
  if (domain) document.cookie = name + '=;path=/;max-age=0';
  document.cookie =
    name +
    '=' +
    value +
    ';path=/;max-age=' +
    days * 86400 +
    ';samesite=lax' +
    (domain && ';domain=' + domain) +
    (location.protocol[5] ? ';secure' : '');
  return value;
};

/**
 * Finds the domain by a probe cookie, or turns cookies off: not wanted, blocked, or we are in a sandboxed frame.
 * `a.b.co.uk` tries `co.uk`, `b.co.uk`, `a.b.co.uk`, and then no domain; localhost only that. Of an address's parts
 * browsers take the whole one only, which they treat as no domain (RFC 6265 §5.1.3).
 */
export const openCookies = () => {
  usable = !isMuted() && !isOn(settings.cookieless);
  try {
    usable = [
      settings.cookiedomain ||
        location.hostname
          .split('.')
          .map((_, i, labels) => labels.slice(~i).join('.'))
          .slice(1),
      '',
    ]
      .flat()
      .some((candidate) => {
        domain = candidate;
        writeCookie('hw_probe', '1', 1);
        return readCookie('hw_probe');
      });
    writeCookie('hw_probe', '', 0);
  } catch {
    usable = false;
  }
};

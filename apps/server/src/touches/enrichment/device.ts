import { LRUCache } from 'lru-cache';
import { UAParser } from 'my-ua-parser';
import { cleanText } from './clean-text.ts';

export type DeviceKind =
  | 'desktop'
  | 'mobile'
  | 'tablet'
  | 'tv'
  | 'console'
  | 'wearable'
  | 'embedded'
  | 'unknown';

/** What a user agent string says of itself. `browserVersion` is the major version, digits only. */
export interface Device {
  device: DeviceKind;
  browser: string | null;
  browserVersion: string | null;
  os: string | null;
}

/**
 * Only this much is parsed. Some of the parser's patterns take time that grows with the cube of the length: a crafted
 * string of 256 characters costs at most 0.4 ms, one of 500 already 2.3 ms. What matters stands in front, also in the
 * long strings of in-app browsers.
 */
const MAX_PARSED_LENGTH = 256;
const MAX_NAME_LENGTH = 64;

const UNKNOWN: Device = Object.freeze({ device: 'unknown', browser: null, browserVersion: null, os: null });

const cache = new LRUCache<string, Device>({ max: 4096 });

const kindOfType: Record<string, DeviceKind> = {
  mobile: 'mobile',
  tablet: 'tablet',
  smarttv: 'tv',
  console: 'console',
  wearable: 'wearable',
  embedded: 'embedded',
};

const mobileSystems = new Set([
  'Android',
  'iOS',
  'Windows Phone',
  'KaiOS',
  'HarmonyOS',
  'BlackBerry',
  'Symbian',
]);

/** The parser's names that people know under another one. */
const familiarNames: Record<string, string> = {
  'Mac OS': 'macOS',
  'Chromium OS': 'ChromeOS',
  GSA: 'Google App',
};

/**
 * Device, browser and operating system of a user agent string; every field is null (`unknown`) where the string is
 * missing or says nothing. Never throws. Answers are frozen and shared: they come from a cache of 4,096 strings.
 */
export function readDevice(userAgent: string | null): Device {
  if (!userAgent) return UNKNOWN;
  const text = userAgent.length > MAX_PARSED_LENGTH ? userAgent.slice(0, MAX_PARSED_LENGTH) : userAgent;
  const known = cache.get(text);
  if (known) return known;
  const device = Object.freeze(parse(text));
  // A slice keeps the string it was cut from alive; a copy keeps a cache entry as small as it looks.
  cache.set(text === userAgent ? text : Buffer.from(text).toString(), device);
  return device;
}

function parse(userAgent: string): Device {
  const parser = new UAParser(userAgent);
  const browser = parser.getBrowser();
  const os = parser.getOS().name;
  return {
    device: kindOf(parser.getDevice().type, os),
    browser: name(browser.name),
    browserVersion: browser.major && /^\d{1,8}$/.test(browser.major) ? browser.major : null,
    os: name(os),
  };
}

/** The parser names no type for a computer, so a known system that is not a telephone's is a desktop. */
function kindOf(type: string | undefined, os: string | undefined): DeviceKind {
  if (type) return kindOfType[type] ?? 'unknown';
  if (!os) return 'unknown';
  return mobileSystems.has(os) ? 'mobile' : 'desktop';
}

function name(value: string | undefined): string | null {
  const text = cleanText(value, MAX_NAME_LENGTH);
  if (text === null) return null;
  return Object.hasOwn(familiarNames, text) ? (familiarNames[text] ?? null) : text;
}

import { createIsbotFromList, isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { crawlerNames } from './crawler-names.ts';

export interface BotQuestion {
  /** Field `user_agent` of the body: what the caller says of the visitor. */
  userAgentField: string | null;
  /** The request's own header. */
  userAgentHeader: string | null;
  /** Whether the request carries an `Origin` header, as every browser's POST does. */
  hasOrigin: boolean;
}

/** The contract's limit for `user_agent`; both tests take time in proportion to the length (20 µs at the limit). */
const MAX_TESTED_LENGTH = 1024;

const namesCrawler = createIsbotFromList([...crawlerNames]);

/** Never stricter than `isbot`: for a backend the list of names only narrows it. */
const isCrawler = (userAgent: string) => namesCrawler(userAgent) && isbot(userAgent);

const browserCache = new LRUCache<string, boolean>({ max: 4096 });
const backendCache = new LRUCache<string, boolean>({ max: 1024 });

/**
 * Whether a click or page view comes from a bot and is counted but not stored (contract §5.1 "Bots").
 *
 * - `user_agent` given: `isbot` on it, else on the header.
 * - Neither `user_agent` nor `Origin`: a backend forwards the event. `isbot` takes every HTTP library and every
 *   `MyShop/1.0` for a bot, so there only a crawler's own name counts. No user agent at all: no bot.
 * - `Origin`, but no user agent anywhere: no bot. Browsers behind privacy proxies send none, and to lose a partner's
 *   genuine click is the worse mistake; a bot that can forge `Origin` can forge the user agent too.
 */
export function isBot({ userAgentField, userAgentHeader, hasOrigin }: BotQuestion): boolean {
  if (!isBlank(userAgentField)) return test(userAgentField, browserCache, isbot);
  if (isBlank(userAgentHeader)) return false;
  return hasOrigin
    ? test(userAgentHeader, browserCache, isbot)
    : test(userAgentHeader, backendCache, isCrawler);
}

function isBlank(text: string | null): text is null {
  return text === null || text === '' || text.trim() === '';
}

function test(
  userAgent: string,
  cache: LRUCache<string, boolean>,
  verdictOn: (text: string) => boolean,
): boolean {
  // Longer ones are rare and not kept, so that the cache stays small.
  if (userAgent.length > 512) return verdictOn(userAgent.slice(0, MAX_TESTED_LENGTH));
  const known = cache.get(userAgent);
  if (known !== undefined) return known;
  const verdict = verdictOn(userAgent);
  cache.set(userAgent, verdict);
  return verdict;
}

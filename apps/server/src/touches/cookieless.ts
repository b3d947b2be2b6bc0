import { LRUCache } from 'lru-cache';
import { type Hasher, minuteMs, newId, type Postgres } from '../platform/index.ts';
import type { Website } from '../workspaces/index.ts';
import type { DailySalt } from './daily-salt.ts';
import * as queries from './queries.ts';

const idleMs = 30 * minuteMs;

/** Names visitors that send no ids (contract §6.1): for a day, by a hash that nobody can undo once the day is over. */
export interface Cookieless {
  nameVisitor(
    website: Website,
    sender: { address: string; userAgent: string | null },
    now: Date,
  ): Promise<{ visitorId: string; sessionId: string }>;
}

/**
 * Visitor: keyed hash of website, address and user agent under the day's salt. Session: ends after 30 idle minutes.
 * This process remembers who is active; after a restart, or behind a load balancer, the visit on disk tells.
 */
export function createCookieless(postgres: Postgres, hasher: Hasher, saltOf: DailySalt): Cookieless {
  const active = new LRUCache<string, { sessionId: string; lastEventAt: number }>({ max: 100_000 });
  return {
    async nameVisitor(website, sender, now) {
      const salt = await saltOf(now);
      const visitorId = hasher.visitor(salt, [website.id, sender.address, sender.userAgent ?? '']);
      const known = active.get(visitorId);
      if (known !== undefined && now.getTime() - known.lastEventAt < idleMs) {
        known.lastEventAt = now.getTime();
        return { visitorId, sessionId: known.sessionId };
      }
      const earlier = await queries.findLatestSession(postgres, {
        workspaceId: website.workspaceId,
        websiteId: website.id,
        visitorId,
      });
      // Two first events at once: whoever comes second finds the first one's session here.
      const meanwhile = active.get(visitorId);
      if (meanwhile !== undefined && meanwhile !== known)
        return { visitorId, sessionId: meanwhile.sessionId };
      const goesOn = earlier !== undefined && now.getTime() - earlier.lastEventAt.getTime() < idleMs;
      const sessionId = goesOn ? earlier.sessionId : newId('cs');
      active.set(visitorId, { sessionId, lastEventAt: now.getTime() });
      return { visitorId, sessionId };
    },
  };
}

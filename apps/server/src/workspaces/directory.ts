import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { hashToken, type Log, type Postgres, type Principal } from '../platform/index.ts';
import { openKeyUses } from './key-uses.ts';
import type { LinkTarget, Program, Website } from './program.ts';
import * as queries from './queries.ts';

/**
 * Who is who among programs, websites, links and tokens: the look-ups of every request, answered from memory.
 *
 * Nothing is ever stale: a change clears everything, here at once and in other processes by NOTIFY (triggers of
 * migration 0004), and while the notification channel is down nothing is remembered. Changes are rare, so clearing
 * all is simpler than knowing what to clear. Unknown codes and tokens are remembered too: guessing costs no query.
 */
export interface Directory {
  findPrincipal(token: string): Promise<Principal | undefined>;
  findLink(code: string): Promise<LinkTarget | undefined>;
  findProgram(programId: number): Promise<Program | undefined>;
  findWebsite(websiteId: string): Promise<Website | undefined>;
  /**
   * For what other rooms look up on every request: remembered under the same promise, provided that the tables it is read
   * from notify (triggers of migrations 0004 and 0005).
   */
  remember<T>(key: string, load: () => Promise<T>): Promise<T>;
  /** Forgets everything; called after every change made by this process. */
  clear(): void;
  /** Writes down which keys were used; done every few seconds anyway. */
  noteUses(): Promise<void>;
  close(): Promise<void>;
}

/** What we ever gave out is shorter. Longer texts are not remembered: strangers choose them, and would fill the memory. */
const longestKey = 300;

interface Found {
  value: unknown;
  /** For keys that expire. */
  until: number;
}

export async function openDirectory(
  postgres: Postgres,
  connect: () => Promise<pg.Client>,
  log: Log,
): Promise<Directory> {
  const uses = openKeyUses(postgres, log);
  const cache = new LRUCache<string, Found>({ max: 100_000 });
  let generation = 0;
  let listening = false;
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const clear = () => {
    generation += 1;
    cache.clear();
  };

  async function listen(): Promise<void> {
    try {
      const connected = await connect();
      client = connected;
      connected.on('notification', clear);
      connected.once('error', lost);
      connected.once('end', lost);
      await connected.query('listen headwater_directory');
      clear();
      listening = true;
    } catch {
      lost();
    }
  }

  function lost(): void {
    listening = false;
    clear();
    client?.removeAllListeners();
    client?.on('error', () => {});
    client?.end().catch(() => {});
    client = undefined;
    if (!closed && retry === undefined) {
      retry = setTimeout(() => {
        retry = undefined;
        void listen();
      }, 500);
    }
  }

  async function remembered<T>(
    key: string,
    load: () => Promise<{ value: T; until?: Date | null }>,
  ): Promise<T> {
    const found = cache.get(key);
    if (found !== undefined && found.until > Date.now()) return found.value as T;
    const asked = generation;
    const { value, until } = await load();
    // A change that came while we asked has made the answer doubtful: use it once, do not keep it.
    if (listening && asked === generation && key.length <= longestKey)
      cache.set(key, { value, until: until?.getTime() ?? Number.POSITIVE_INFINITY });
    return value;
  }

  await listen();
  return {
    async findPrincipal(token) {
      const principal = await remembered(`t:${token}`, async () => {
        const row = await queries.findPrincipal(postgres, hashToken(token));
        return { value: row?.principal, until: row?.expiresAt };
      });
      if (principal !== undefined) uses.note(principal);
      return principal;
    },
    findLink: (code) =>
      remembered(`l:${code.toLowerCase()}`, async () => ({
        value: await queries.findLinkTarget(postgres, code),
      })),
    findProgram: (programId) =>
      remembered(`p:${programId}`, async () => ({ value: await queries.findProgram(postgres, programId) })),
    findWebsite: (websiteId) =>
      remembered(`w:${websiteId}`, async () => ({ value: await queries.findWebsite(postgres, websiteId) })),
    remember: (key, load) => remembered(`x:${key}`, async () => ({ value: await load() })),
    clear,
    noteUses: () => uses.flush(),
    async close() {
      closed = true;
      await uses.stop();
      clearTimeout(retry);
      client?.removeAllListeners();
      client?.on('error', () => {});
      await client?.end().catch(() => {});
    },
  };
}

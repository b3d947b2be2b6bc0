import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import {
  type createTurns,
  lookupPublic,
  minuteMs,
  type Postgres,
  readPublicAddress,
} from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import * as queries from './queries.ts';

const freshMs = 10 * minuteMs;
const patienceMs = 2500;
const mostBytes = 1024 * 1024;

interface Check {
  checkedAt: Date;
  found: queries.TrackerFound;
}

export interface LookDeps {
  postgres: Postgres;
  inTurn: ReturnType<typeof createTurns>;
  /** Reads a page of the internet; left out: {@link fetchPage}. */
  read?(url: URL): Promise<string | undefined>;
}

/**
 * Whether the program's own page has the tracker. Looked at when nobody did lately; `again` does so once a minute, however
 * many ask at once: the page is somebody else's server. Nothing of it is kept.
 */
export async function lookForTracker(
  { postgres, inTurn, read = fetchPage }: LookDeps,
  program: Program,
  now: Date,
  again: boolean,
): Promise<Check> {
  const findFresh = async (): Promise<Check | undefined> => {
    const known = await queries.findTrackerCheck(postgres, program);
    const freshSince = now.getTime() - (again ? minuteMs : freshMs);
    return known !== undefined && known.checkedAt.getTime() > freshSince ? known : undefined;
  };
  const look = async (): Promise<Check> => {
    const page = await read(new URL(`https://${program.domain}/`));
    const found = page === undefined ? 'unreachable' : hasTracker(page, program.id) ? 'installed' : 'missing';
    await queries.saveTrackerCheck(postgres, program, now, found);
    return { checkedAt: now, found };
  };
  return (
    (await findFresh()) ??
    // Those who waited find what the first one saw.
    inTurn(`tracker of ${program.id}`, async () => (await findFresh()) ?? look())
  );
}

/** The tag of this very program: its script, and its number in an attribute. */
export function hasTracker(page: string, programId: number): boolean {
  // A tag ends where another begins: a page of nothing but beginnings would be gone through from each of them, for seconds.
  for (const [tag] of page.matchAll(/<script\b[^<>]{0,2000}>/gi)) {
    if (!/\/js\/(?:headwater|affitor-tracker)\.js/i.test(tag)) continue;
    if (new RegExp(`data-(?:affitor-)?program-id\\s*=\\s*["']?${programId}(?!\\d)`, 'i').test(tag))
      return true;
  }
  return false;
}

/** The text of a page on the public internet; undefined: there is none. Follows a few redirects, each looked at anew. */
async function fetchPage(url: URL, redirects = 3): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && readPublicAddress(host) === null) return undefined;
  const request =
    url.protocol === 'https:' ? requestHttps : url.protocol === 'http:' ? requestHttp : undefined;
  if (request === undefined) return undefined;
  const answer = await new Promise<
    { status: number; location: string | undefined; text: string } | undefined
  >((done) => {
    const asked = request(
      url,
      {
        agent: false,
        headers: { accept: 'text/html', 'user-agent': 'Headwater-Verifier/1' },
        lookup: lookupPublic,
        signal: AbortSignal.timeout(patienceMs),
      },
      (response) => {
        let text = '';
        const end = () =>
          done({ status: response.statusCode ?? 0, location: response.headers.location, text });
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > mostBytes) response.destroy();
        });
        response.on('end', end);
        response.on('close', end);
        response.on('error', end);
      },
    );
    asked.on('error', () => done(undefined));
    // A name that is looked up for ever is not stopped by the signal.
    setTimeout(() => {
      asked.destroy();
      done(undefined);
    }, patienceMs).unref();
    asked.end();
  });
  if (answer === undefined) return undefined;
  if (answer.status >= 300 && answer.status < 400 && answer.location !== undefined && redirects > 0) {
    const next = answer.location;
    return URL.canParse(next, url.href) ? fetchPage(new URL(next, url), redirects - 1) : undefined;
  }
  return answer.status === 200 ? answer.text : undefined;
}

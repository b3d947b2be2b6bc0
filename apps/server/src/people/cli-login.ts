import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CliLoginAsked, CliLoginPolled, CliLoginStarted } from '@headwater/contract';
import { AppError, hashToken, lenientText, minuteMs, newId, newToken } from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import * as queries from './cli-login-queries.ts';
import type { People } from './people.ts';

/**
 * A terminal asks to act for a person, and a member says yes on a page of ours:
 *
 *   started    the terminal alone knows the state; the page has an id of its own, so that whoever sees the page's address
 *              cannot fetch the token
 *   compared   both show one code: whoever was sent a stranger's page sees a code that is not on their own terminal
 *   decided    by a POST of the page; opening it decides nothing
 *   fetched    once. The token is made when it is fetched, so that it never lies in the database
 */
const patienceMs = 10 * minuteMs;
const tokenLifeMs = 90 * 24 * 60 * minuteMs;

// Without vowels and what is easily mistaken: no words, no doubt over the telephone.
const letters = 'BCDFGHJKLMNPQRSTVWXZ23456789';

function newCode(): string {
  const text = [...randomBytes(8)].map((byte) => letters[byte % letters.length]).join('');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

export async function startCliLogin(people: People, userAgent: string | null): Promise<CliLoginStarted> {
  const now = people.clock.now();
  const state = randomBytes(24).toString('base64url');
  const pageId = newId('login');
  const expiresAt = new Date(now.getTime() + patienceMs);
  const code = newCode();
  await queries.insertCliLogin(people.postgres, {
    stateHash: hashToken(state),
    pageId,
    code,
    client: lenientText(userAgent, 255) ?? '',
    createdAt: now,
    expiresAt,
  });
  const url = people.publicUrl();
  return {
    state,
    auth_url: `${url}/cli-login/${pageId}`,
    poll_url: `${url}/api/v1/cli/auth/poll?state=${state}`,
    code,
    expires_at: expiresAt.toISOString(),
  };
}

/** Never refuses: a state that nobody knows is over (contract §11). */
export async function pollCliLogin(people: People, state: unknown): Promise<CliLoginPolled> {
  if (typeof state !== 'string' || state.length > 255) return { status: 'expired' };
  const hash = hashToken(state);
  const now = people.clock.now();
  // Most polls find nothing new, and lock nothing.
  const seen = statusOf(await queries.findCliLogin(people.postgres, hash), now);
  if (seen !== 'complete') return { status: seen };
  const answer = await people.postgres.transaction(async (trx): Promise<CliLoginPolled> => {
    const login = await queries.lockCliLogin(trx, hash);
    const status = statusOf(login, now);
    if (status !== 'complete' || !login?.workspaceId || !login.personId) return { status };
    const token = newToken('hwl_');
    const email = await queries.giveLoginToken(trx, hash, {
      workspaceId: login.workspaceId,
      personId: login.personId,
      hash: hashToken(token),
      client: login.client,
      at: now,
      expiresAt: new Date(now.getTime() + tokenLifeMs),
    });
    if (email === undefined) return { status: 'expired' };
    return { status, token, email, advertiser_id: login.workspaceId };
  });
  people.forgetTokens();
  return answer;
}

function statusOf(login: queries.CliLoginRow | undefined, now: Date): CliLoginPolled['status'] {
  if (login === undefined || login.approved === false) return 'expired';
  if (login.consumedAt !== null) return 'consumed';
  if (login.expiresAt <= now) return 'expired';
  return login.approved === true ? 'complete' : 'pending';
}

/** What somebody is asked on the page. 404 for what was never started. */
export async function readCliLogin(people: People, pageId: string): Promise<CliLoginAsked> {
  const login = await queries.findCliLoginOfPage(people.postgres, pageId);
  if (login === undefined) throw new AppError('login_not_found');
  return toAsked(login, people.clock.now());
}

function toAsked(login: queries.CliLoginRow, now: Date): CliLoginAsked {
  const decided = login.approved === null ? undefined : login.approved ? 'approved' : 'denied';
  return {
    code: login.code,
    client: login.client,
    created_at: login.createdAt.toISOString(),
    expires_at: login.expiresAt.toISOString(),
    status: decided ?? (login.expiresAt <= now ? 'expired' : 'pending'),
  };
}

/** A member says yes or no, for the workspace they look at. Once; 404 afterwards. */
export async function decideCliLogin(
  people: People,
  headers: IncomingHttpHeaders,
  pageId: string,
  approved: boolean,
): Promise<CliLoginAsked> {
  const member = await people.findPrincipal(headers);
  if (member === undefined) throw new AppError('authentication_required');
  const { workspaceId, holder } = member;
  const at = people.clock.now();
  return people.postgres.transaction(async (trx) => {
    const decision = { workspaceId, personNumber: holder.id, approved, at };
    const login = await queries.decideCliLogin(trx, pageId, decision);
    if (login === undefined) throw new AppError('login_not_found');
    await recordAct(
      trx,
      { workspaceId, name: actorName(member) },
      {
        act: approved ? 'cli_login.approve' : 'cli_login.deny',
        programId: null,
        subject: `terminal ${login.code}`,
        details: { client: login.client },
      },
      at,
    );
    return toAsked(login, at);
  });
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Me } from '@headwater/contract';
import {
  AppError,
  type Clock,
  type Log,
  type ManagementPrincipal,
  type PartnerPrincipal,
  type Postgres,
} from '../platform/index.ts';
import { listPartnersOf } from './partner-queries.ts';
import * as queries from './queries.ts';
import { scopesOfRole } from './roles.ts';
import { createAddressDigest, openSignIn, type SignIn } from './sign-in.ts';

/** What the use cases of this room work with. */
export interface People {
  postgres: Postgres;
  clock: Clock;
  signIn: SignIn;
  digestAddress(address: string): string;
  /** Makes this process forget whom tokens stand for, after one was made or ended. */
  forgetTokens(): void;
  /** Where people reach this server. */
  publicUrl(): string;
  /** Sends a mail now; undefined: there is no mail server, and links are handed on by hand. */
  sendMail: ((mail: { to: string; subject: string; lines: readonly string[] }) => Promise<void>) | undefined;
  /** Whom a session cookie speaks for, in the workspace the request names (or their first); undefined: for nobody. */
  findPrincipal(headers: IncomingHttpHeaders): Promise<ManagementPrincipal | undefined>;
  /** Which partners a session cookie speaks for; undefined: for none. */
  findPartner(headers: IncomingHttpHeaders): Promise<PartnerPrincipal | undefined>;
}

export function openPeople(options: {
  postgres: Postgres;
  clock: Clock;
  secret: string;
  log: Log;
  publicUrl(): string;
  sendMail: People['sendMail'];
  forgetTokens(): void;
}): People {
  const { postgres, clock, secret, log, publicUrl, forgetTokens } = options;
  const sendMail = options.sendMail && tellingFailures(options.sendMail, log);
  const signIn = openSignIn({ postgres, secret, log, publicUrl, sendMail });
  return {
    postgres,
    clock,
    signIn,
    publicUrl,
    sendMail,
    forgetTokens,
    digestAddress: createAddressDigest(secret),
    async findPrincipal(headers) {
      const session = await findSession(signIn, headers);
      if (session === undefined) return undefined;
      const memberships = await queries.listMemberships(postgres, session.user.id);
      const wanted = headers[workspaceHeader];
      const membership =
        wanted === undefined
          ? memberships[0]
          : memberships.find(({ workspaceId }) => String(workspaceId) === wanted);
      if (membership === undefined) {
        if (memberships.length === 0) return undefined;
        throw new AppError('missing_permission', 'Missing permission: member of this workspace');
      }
      return {
        kind: 'management',
        workspaceId: membership.workspaceId,
        holder: { kind: 'person', id: membership.personNumber },
        scopes: scopesOfRole[membership.role],
        programScope: null,
      };
    },
    async findPartner(headers) {
      const session = await findSession(signIn, headers);
      if (session === undefined) return undefined;
      const partners = await listPartnersOf(postgres, session.user.id);
      const [first] = partners;
      if (first === undefined) return undefined;
      return {
        kind: 'partner',
        personId: first.personNumber,
        name: session.user.name,
        email: session.user.email,
        partners: partners.map(({ workspaceId, partnerId }) => ({ workspaceId, partnerId })),
      };
    },
  };
}

/** A link that is not mailed is handed on by whoever made it, if somebody did: that it was not is told here, and not to whom. */
function tellingFailures(send: NonNullable<People['sendMail']>, log: Log): NonNullable<People['sendMail']> {
  return (mail) =>
    send(mail).catch((error: unknown) => {
      const { code, responseCode } = error as { code?: string; responseCode?: number };
      log.warn({ code, responseCode, subject: mail.subject }, 'a mail did not leave');
      throw error;
    });
}

/** Which of a person's workspaces a request is about. */
export const workspaceHeader = 'x-headwater-workspace';

const sessionCookie = /(?:^|;\s*)(?:__Secure-)?headwater\.session_token=/;

/** Whether a request brings a session; whether that one is any good is another question. */
function bringsSession(headers: IncomingHttpHeaders): boolean {
  return sessionCookie.test(headers.cookie ?? '');
}

/** The session of a request, unless it is over. It is prolonged where the person's page asks who they are (mount.ts). */
async function findSession(signIn: SignIn, headers: IncomingHttpHeaders) {
  if (!bringsSession(headers)) return undefined;
  const found = await signIn.api.getSession({
    headers: new Headers({ cookie: headers.cookie ?? '' }),
    query: { disableRefresh: true, disableCookieCache: true },
  });
  return found ?? undefined;
}

/** Who is signed in and what they are where; undefined: nobody, or somebody who belongs nowhere. */
export async function findMe(people: People, headers: IncomingHttpHeaders): Promise<Me | undefined> {
  const session = await findSession(people.signIn, headers);
  if (session === undefined) return undefined;
  const memberships = await queries.listMemberships(people.postgres, session.user.id);
  const [first] = memberships;
  if (first === undefined) return undefined;
  const { name, email } = session.user;
  const hasTwoFactor = (session.user as { twoFactorEnabled?: boolean | null }).twoFactorEnabled === true;
  return {
    person: { id: first.personNumber, name, email, two_factor: hasTwoFactor },
    workspaces: memberships.map((one) => ({
      id: one.workspaceId,
      name: one.name,
      role: one.role,
      scopes: [...scopesOfRole[one.role]],
    })),
  };
}

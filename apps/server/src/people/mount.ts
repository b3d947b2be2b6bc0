import {
  AcceptInvitationRequest,
  ChangeRoleRequest,
  DecideCliLoginRequest,
  FirstOwnerRequest,
  InviteRequest,
  type SignInState,
  TokenRequest,
} from '@headwater/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, isFromOurPage, reader } from '../platform/index.ts';
import { decideCliLogin, readCliLogin } from './cli-login.ts';
import { signUpFirstOwner } from './first-owner.ts';
import {
  acceptInvitation,
  invite,
  listOpenInvitations,
  readInvitation,
  takeBackInvitation,
} from './invitations.ts';
import { changeRole, getManager, listMembers, removeMember } from './members.ts';
import { acceptPartnerInvitation, readPartnerInvitation } from './partner-invitations.ts';
import { findMe, type People } from './people.ts';
import * as queries from './queries.ts';
import { clientHeader } from './sign-in.ts';

/** What of better-auth is served; it has more that nobody needs here. */
const served = new Map<string, 'GET' | 'POST'>([
  ['sign-in/email', 'POST'],
  ['sign-out', 'POST'],
  ['get-session', 'GET'],
  ['list-sessions', 'GET'],
  ['revoke-session', 'POST'],
  ['revoke-other-sessions', 'POST'],
  ['change-password', 'POST'],
  ['request-password-reset', 'POST'],
  ['reset-password', 'POST'],
  ['update-user', 'POST'],
  ['two-factor/enable', 'POST'],
  ['two-factor/disable', 'POST'],
  ['two-factor/verify-totp', 'POST'],
  ['two-factor/verify-backup-code', 'POST'],
  ['two-factor/generate-backup-codes', 'POST'],
]);

const readers = {
  firstOwner: reader(FirstOwnerRequest),
  token: reader(TokenRequest),
  accept: reader(AcceptInvitationRequest),
  invite: reader(InviteRequest),
  role: reader(ChangeRoleRequest),
  decide: reader(DecideCliLoginRequest),
};

/**
 * `/api/auth/*`: better-auth's part, and ours. None of it is in the table of routes, which is what keys and tokens open:
 * this is what a person's own page calls, so all of it asks for that page.
 */
export function installSignIn(app: FastifyInstance, people: People): void {
  const serve = (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    answer: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ) =>
    app.route({
      method,
      url: `/api/auth/${path}`,
      async handler(request, reply) {
        if (!isFromOurPage(request.method, request.host, request.headers)) throw new AppError('cross_site');
        reply.header('cache-control', 'no-store');
        return reply.send(await answer(request, reply));
      },
    });
  const body = (request: FastifyRequest) => (request.body ?? {}) as Record<string, unknown>;
  const paramsOf = (request: FastifyRequest) => request.params as { id: string };

  for (const [path, method] of served) serve(method, path, (request, reply) => pass(people, request, reply));

  serve(
    'GET',
    'state',
    async (): Promise<SignInState> => ({
      needs_owner: !(await queries.findsOwner(people.postgres)),
      can_mail: people.sendMail !== undefined,
    }),
  );
  serve('GET', 'me', async (request) => {
    const me = await findMe(people, request.headers);
    if (me === undefined) throw new AppError('authentication_required');
    return { data: me };
  });
  // Seen by members only: the code is what tells the right terminal from a stranger's.
  serve('GET', 'cli-logins/:id', async (request) => {
    if ((await findMe(people, request.headers)) === undefined) throw new AppError('authentication_required');
    return { data: await readCliLogin(people, paramsOf(request).id) };
  });
  serve('POST', 'cli-logins/:id', async (request) => {
    const { approve } = readers.decide.read(body(request));
    return { data: await decideCliLogin(people, request.headers, paramsOf(request).id, approve) };
  });
  serve('POST', 'first-owner', async (request, reply) => {
    const asked = readers.firstOwner.read(body(request));
    await signUpFirstOwner(people, asked);
    return signInAs(people, request, reply, asked);
  });
  serve('POST', 'invitation', async (request) => ({
    data: await readInvitation(people, readers.token.read(body(request)).token),
  }));
  serve('POST', 'invitation/accept', async (request, reply) => {
    const asked = readers.accept.read(body(request));
    const email = await acceptInvitation(people, asked);
    // An account that was there is not opened by a link: its owner signs in.
    if (asked.password === undefined) return { data: { email } };
    return signInAs(people, request, reply, { email, password: asked.password });
  });
  serve('POST', 'partner-invitation', async (request) => ({
    data: await readPartnerInvitation(people, readers.token.read(body(request)).token),
  }));
  serve('POST', 'partner-invitation/accept', async (request, reply) => {
    const asked = readers.accept.read(body(request));
    const email = await acceptPartnerInvitation(people, asked);
    if (asked.password === undefined) return { data: { email } };
    return signInAs(people, request, reply, { email, password: asked.password });
  });
  serve('GET', 'members', async (request) => {
    const manager = await getManager(people, request.headers);
    return {
      data: await listMembers(people, manager),
      invitations: await listOpenInvitations(people, manager),
    };
  });
  serve('PATCH', 'members/:id', async (request) => {
    const manager = await getManager(people, request.headers);
    await changeRole(people, manager, paramsOf(request).id, readers.role.read(body(request)).role);
    return { data: await listMembers(people, manager) };
  });
  serve('DELETE', 'members/:id', async (request) => {
    const manager = await getManager(people, request.headers);
    await removeMember(people, manager, paramsOf(request).id);
    return { data: await listMembers(people, manager) };
  });
  serve('POST', 'invitations', async (request) => {
    const manager = await getManager(people, request.headers);
    return { data: await invite(people, manager, readers.invite.read(body(request))) };
  });
  serve('DELETE', 'invitations/:id', async (request) => {
    const manager = await getManager(people, request.headers);
    await takeBackInvitation(people, manager, paramsOf(request).id);
    return { data: await listOpenInvitations(people, manager) };
  });
}

/** Hands a request to better-auth, and its answer back. */
async function pass(people: People, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const headers = new Headers();
  for (const name of ['cookie', 'origin', 'content-type', 'user-agent', 'sec-fetch-site']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  headers.set(clientHeader, people.digestAddress(request.ip));
  const answer = await people.signIn.handler(
    new Request(`${request.protocol}://${request.host}${request.url}`, {
      method: request.method,
      headers,
      ...(request.method === 'POST' ? { body: JSON.stringify(request.body ?? {}) } : {}),
    }),
  );
  for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie);
  const wait = answer.headers.get('x-retry-after');
  if (wait !== null) reply.header('retry-after', wait);
  reply.status(answer.status).type('application/json');
  const told = await answer.text();
  if (answer.ok) return told;
  // better-auth words its refusals as {message}; ours are {error} everywhere.
  const { message, code } = (told ? JSON.parse(told) : {}) as { message?: string; code?: string };
  return JSON.stringify({ error: message ?? 'Refused', ...(code === undefined ? {} : { code }) });
}

/** The session that follows a sign-up. */
async function signInAs(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  { email, password }: { email: string; password: string },
): Promise<unknown> {
  const answer = await people.signIn.api.signInEmail({
    body: { email, password },
    headers: new Headers({
      'user-agent': request.headers['user-agent'] ?? '',
      [clientHeader]: people.digestAddress(request.ip),
    }),
    asResponse: true,
  });
  for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie);
  return { data: { email } };
}

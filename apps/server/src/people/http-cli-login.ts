import { CliLoginPolled, CliLoginQuery, CliLoginStarted, dataOf } from '@headwater/contract';
import Type from 'typebox';
import { invariant, ok, type Route } from '../platform/index.ts';
import { pollCliLogin, startCliLogin } from './cli-login.ts';
import { deleteLoginToken, findWorkspaceName } from './cli-login-queries.ts';
import type { People } from './people.ts';

const tag = 'Command line';

/** How the command signs in (contract §11), says who it is, and signs out. */
export function cliLoginRoutes(people: People): Route[] {
  return [
    {
      ...{ method: 'POST', path: '/api/v1/cli/auth/start', tag },
      summary: 'Begin signing a terminal in: a member approves it on a page',
      access: { kind: 'public' },
      errors: 'plain',
      failure: 'Login could not be started',
      answers: { 200: dataOf(CliLoginStarted) },
      handle: async (call) => ({
        ...ok({ data: await startCliLogin(people, call.userAgent) }),
        headers: { 'cache-control': 'no-store' },
      }),
    },
    {
      ...{ method: 'GET', path: '/api/v1/cli/auth/poll', tag },
      summary: 'Whether the login was approved; the token comes along once',
      access: { kind: 'public' },
      errors: 'plain',
      failure: 'Login could not be read',
      query: CliLoginQuery,
      answers: { 200: dataOf(CliLoginPolled) },
      handle: async (call) => ({
        ...ok({ data: await pollCliLogin(people, call.query.state) }),
        headers: { 'cache-control': 'no-store' },
      }),
    },
    {
      ...{ method: 'GET', path: '/api/v1/cli/me', tag },
      summary: 'Whom a login token acts for',
      access: { kind: 'login' },
      errors: 'plain',
      failure: 'Login could not be read',
      answers: {
        200: dataOf(
          Type.Object({
            email: Type.String(),
            role: Type.String(),
            advertiser_id: Type.Integer(),
            workspace: Type.String(),
          }),
        ),
      },
      async handle({ principal }) {
        invariant(principal.kind === 'login', 'the route is called with a login token');
        const { email, role, workspaceId } = principal;
        const workspace = await findWorkspaceName(people.postgres, workspaceId);
        return ok({ data: { email, role, advertiser_id: workspaceId, workspace } });
      },
    },
    {
      ...{ method: 'POST', path: '/api/v1/cli/auth/logout', tag },
      summary: 'End a login: its token dies at once',
      access: { kind: 'login' },
      errors: 'plain',
      failure: 'Login could not be ended',
      answers: { 200: dataOf(Type.Object({ revoked: Type.Boolean() })) },
      async handle({ principal }) {
        invariant(principal.kind === 'login', 'the route is called with a login token');
        const { workspaceId, loginId } = principal;
        await deleteLoginToken(people.postgres, workspaceId, loginId);
        people.forgetTokens();
        return ok({ data: { revoked: true } });
      },
    },
  ];
}

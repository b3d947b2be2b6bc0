import type { IncomingHttpHeaders } from 'node:http';
import {
  type Access,
  AppError,
  isFromOurPage,
  type ManagementPrincipal,
  type Principal,
  type Scope,
} from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';

const nobody: Principal = { kind: 'nobody' };

/** What of a request says who makes it. */
export interface Credentials {
  method: string;
  /** The host it was sent to. */
  host: string;
  headers: IncomingHttpHeaders;
}

/** Whom a session cookie speaks for, as a member of a workspace or as a partner; undefined: for nobody. */
export type FindPerson = (
  headers: IncomingHttpHeaders,
  as: 'management' | 'partner',
) => Promise<Principal | undefined>;

/**
 * Finds whom a request comes from, or refuses it (401) in the contract's order (§2): a header that is missing, not
 * Bearer or empty; then a token that is unknown, revoked, expired or of the wrong kind for the route.
 * The routes of partners take their session and no token at all.
 * Without that header a management route takes the session of a person, whose role has scopes as a key has, provided that
 * the request was made by a page of ours: a browser sends the cookie along from anywhere.
 * Returns without a promise where no look-up is needed: the ingest path takes this way.
 */
export function authenticate(
  access: Access,
  request: Credentials,
  directory: Directory,
  findPerson: FindPerson,
): Principal | Promise<Principal> {
  const { authorization, cookie } = request.headers;
  if (access.kind === 'public') return nobody;
  if (access.kind === 'program_if_sent' && authorization === undefined) return nobody;
  if (access.kind === 'partner') {
    if (authorization !== undefined || cookie === undefined) throw new AppError('authentication_required');
    return authenticatePerson(access, request, findPerson);
  }
  if (access.kind === 'management' && authorization === undefined && cookie !== undefined)
    return authenticatePerson(access, request, findPerson);
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw new AppError(access.kind === 'management' ? 'authentication_required' : 'missing_authorization');
  }
  return findPrincipal(access, token, directory);
}

function bearerToken(authorization: string | undefined): string | undefined {
  const match = /^Bearer[ \t]+(.*)$/i.exec(authorization ?? '');
  return match?.[1]?.trim() || undefined;
}

async function findPrincipal(access: Access, token: string, directory: Directory): Promise<Principal> {
  const principal = await directory.findPrincipal(token);
  if (principal === undefined || !fits(access, principal))
    throw new AppError(access.kind === 'login' ? 'invalid_login_token' : 'invalid_token');
  if (access.kind === 'management') refuseWithout(access.scope, principal);
  return principal;
}

async function authenticatePerson(
  access: Extract<Access, { kind: 'management' | 'partner' }>,
  { method, host, headers }: Credentials,
  findPerson: FindPerson,
): Promise<Principal> {
  const principal = await findPerson(headers, access.kind);
  if (principal === undefined) throw new AppError('authentication_required');
  if (!isFromOurPage(method, host, headers)) throw new AppError('cross_site');
  if (access.kind === 'management') refuseWithout(access.scope, principal);
  return principal;
}

function refuseWithout(scope: Scope, principal: Principal): void {
  if (principal.kind === 'management' && !mayUse(principal, scope))
    throw new AppError('missing_permission', `Missing permission: ${scope}`);
}

function fits(access: Access, principal: Principal): boolean {
  switch (access.kind) {
    case 'partner':
      return false;
    case 'public':
      return true;
    case 'program':
    case 'program_if_sent':
      return principal.kind === 'program';
    case 'website':
    case 'login':
      return principal.kind === access.kind;
    case 'management':
      return (
        principal.kind === 'management' || (access.orProgramToken === true && principal.kind === 'program')
      );
  }
}

function mayUse({ scopes }: ManagementPrincipal, scope: Scope): boolean {
  return scopes.includes('*') || scopes.includes(scope);
}

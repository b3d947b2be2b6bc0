import { type Access, AppError, type Principal } from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';

const nobody: Principal = { kind: 'nobody' };

/**
 * Finds whom a request comes from, or refuses it (401) in the contract's order (§2): a header that is missing, not
 * Bearer or empty; then a token that is unknown, revoked, expired or of the wrong kind for the route.
 * Returns without a promise where no look-up is needed: the ingest path takes this way.
 */
export function authenticate(
  access: Access,
  authorization: string | undefined,
  directory: Directory,
): Principal | Promise<Principal> {
  if (access.kind === 'public') return nobody;
  if (access.kind === 'program_if_sent' && authorization === undefined) return nobody;
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
  if (principal === undefined || !fits(access, principal)) throw new AppError('invalid_token');
  if (
    access.kind === 'management' &&
    principal.kind === 'management' &&
    !mayUse(principal.scopes, access.scope)
  ) {
    throw new AppError('missing_permission', `Missing permission: ${access.scope}`);
  }
  return principal;
}

function fits(access: Access, principal: Principal): boolean {
  switch (access.kind) {
    case 'public':
      return true;
    case 'program':
    case 'program_if_sent':
      return principal.kind === 'program';
    case 'website':
      return principal.kind === 'website';
    case 'management':
      return (
        principal.kind === 'management' || (access.orProgramToken === true && principal.kind === 'program')
      );
  }
}

function mayUse(scopes: readonly string[], scope: string): boolean {
  return scopes.includes('*') || scopes.includes(scope);
}

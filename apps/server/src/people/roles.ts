import type { Role } from '@headwater/contract';
import { type Scope, scopes } from '../platform/index.ts';

const reading: readonly Scope[] = [
  'program:list',
  'program:read',
  'dashboard:view',
  'tracking:list',
  'tracking:read',
];

/**
 * What each role may do, in the scopes that management keys have too: a route asks for a scope and does not know who holds
 * it. Analysts and read-only members change nothing; an analyst may also be shown what single people did.
 */
export const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['*'],
  // Everything but making keys, which would outlive the admin.
  admin: scopes.filter((scope) => scope !== '*'),
  finance: [...reading, 'billing:manage', 'payout:approve', 'commission:review'],
  analyst: reading,
  read_only: reading.filter((scope) => !scope.startsWith('tracking:')),
};

/** Who may see and change the members of a workspace. */
export function managesMembers(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

/** Nobody makes, changes or removes somebody above themselves. */
export function mayGrant(own: Role, role: Role): boolean {
  return own === 'owner' || (own === 'admin' && role !== 'owner');
}

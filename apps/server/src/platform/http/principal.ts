import type { Role } from '@headwater/contract';

export const scopes = [
  '*',
  'program:list',
  'program:read',
  'program:create',
  'program:update',
  'program:delete',
  'program:go_live',
  'program:regenerate-token',
  'dashboard:view',
  // Of people who are signed in (contract §10); keys may have them too.
  'tracking:list',
  'tracking:read',
  // Beyond the contract's list: who bills and pays is seldom who sets up, and two people stand behind a payout.
  'billing:manage',
  'payout:approve',
  // Whoever may be told everything.
  'webhook:manage',
  // Whoever may read and erase all that is known of a person.
  'person:manage',
  // Who says yes to commissions need not change the program.
  'commission:review',
  // Who looks at reports need not save filters for everybody.
  'segment:manage',
  // What deploys tells of it, and can do no more.
  'annotation:manage',
] as const;
export type Scope = (typeof scopes)[number];

/** Whom a request was found to come from. */
export type Principal =
  | { kind: 'nobody' }
  | { kind: 'program'; workspaceId: number; programId: number }
  | { kind: 'website'; workspaceId: number; websiteId: string }
  /** A terminal that a member let in by the browser, `hwl_`: what their role allows, at that moment. */
  | {
      kind: 'login';
      workspaceId: number;
      loginId: number;
      personNumber: number;
      email: string;
      role: Role;
    }
  | {
      kind: 'management';
      workspaceId: number;
      /** Whose rights these are: a key's, or those of a person who is signed in. */
      holder: { kind: 'key' | 'person'; id: number };
      scopes: readonly string[];
      /** Programs the key may touch; null: all of the workspace. */
      programScope: readonly number[] | null;
    }
  | {
      /** A partner who is signed in: nobody of the workspace, and sees what is theirs only. */
      kind: 'partner';
      /** As the audit log numbers people. */
      personId: number;
      name: string;
      email: string;
      /** Which partner they are in which workspace, one in each. */
      partners: readonly { workspaceId: number; partnerId: number }[];
    };

export type LoginPrincipal = Extract<Principal, { kind: 'login' }>;
export type ProgramPrincipal = Extract<Principal, { kind: 'program' }>;
export type WebsitePrincipal = Extract<Principal, { kind: 'website' }>;
export type ManagementPrincipal = Extract<Principal, { kind: 'management' }>;
export type PartnerPrincipal = Extract<Principal, { kind: 'partner' }>;

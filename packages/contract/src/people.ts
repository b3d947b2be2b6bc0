/** People who sign in: the answers of /api/auth that are ours. */
import Type, { type Static } from 'typebox';

export const roles = ['owner', 'admin', 'finance', 'analyst', 'read_only'] as const;
export type Role = (typeof roles)[number];

const role = Type.Enum([...roles]);
const email = Type.String({
  format: 'email',
  maxLength: 254,
  'x-message': 'email must be a valid email address',
});
const name = Type.String({
  maxLength: 255,
  pattern: '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$',
  'x-message': 'name is required',
});
const token = Type.String({ maxLength: 255, pattern: '^[^\\u0000]+$', 'x-message': 'token is required' });

export const minPasswordLength = 10;
export const maxPasswordLength = 128;
const password = Type.String({
  minLength: minPasswordLength,
  maxLength: maxPasswordLength,
  'x-message': `password must have ${minPasswordLength} to ${maxPasswordLength} characters`,
});

export const FirstOwnerRequest = Type.Object({ token, name, email, password });
export type FirstOwnerRequest = Static<typeof FirstOwnerRequest>;

export const AcceptInvitationRequest = Type.Object({
  token,
  name: Type.Optional(name),
  password: Type.Optional(password),
});
export type AcceptInvitationRequest = Static<typeof AcceptInvitationRequest>;

export const TokenRequest = Type.Object({ token });

/** Who is signed in, and what they are where. */
export const Me = Type.Object({
  person: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    email: Type.String(),
    two_factor: Type.Boolean(),
  }),
  workspaces: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      role,
      scopes: Type.Array(Type.String()),
    }),
  ),
});
export type Me = Static<typeof Me>;

/** What a person without a session is told: whether the first owner is still awaited. */
export type SignInState = { needs_owner: boolean; can_mail: boolean };

export type Member = {
  id: number;
  name: string;
  email: string;
  role: Role;
  two_factor: boolean;
  joined_at: string;
  last_seen_at: string | null;
};

export type InvitationItem = {
  id: number;
  email: string;
  role: Role;
  invited_by: string;
  created_at: string;
  expires_at: string;
};

export type OpenInvitation = {
  email: string;
  role: Role;
  workspace: string;
  /** They sign in with the password they have. */
  has_account: boolean;
};

export type OpenPartnerInvitation = {
  email: string;
  partner: string;
  programs: string[];
  has_account: boolean;
};

export const InviteRequest = Type.Object({ email, role });
export type InviteRequest = Static<typeof InviteRequest>;

export const ChangeRoleRequest = Type.Object({ role });

/** The program's side of the portal: how partners come in, and who of them signs in. */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, requiredText, text } from './fields.ts';
import { PortalTerms } from './portal.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const applicationModes = ['closed', 'manual', 'automatic'] as const;
export type ApplicationMode = (typeof applicationModes)[number];

export const PortalSettings = Type.Object({
  applications: Type.Enum([...applicationModes], {
    description: 'closed: nobody applies; manual: a person decides; automatic: everybody is approved',
  }),
  join_url: Type.String({ description: 'the public page where partners apply' }),
  links_per_partner: Type.Integer({
    description: 'how many links a partner may have before they make no more',
  }),
  welcome: nullable(Type.String({ description: 'stands on the public page' })),
});
export type PortalSettings = Static<typeof PortalSettings>;

export const UpdatePortalRequest = Type.Object(
  {
    applications: Type.Optional(Type.Enum([...applicationModes])),
    links_per_partner: Type.Optional(Type.Integer({ minimum: 0, maximum: 200 })),
    welcome: text({ description: 'empty: none' }, 2000),
  },
  { examples: [{ applications: 'manual', welcome: 'Earn 20 % for a year.' }] },
);
export type UpdatePortalRequest = Static<typeof UpdatePortalRequest>;

/** What a stranger is told of a program. */
export const JoinPage = Type.Object({
  program: Type.String(),
  domain: Type.String(),
  applications: Type.Enum([...applicationModes]),
  welcome: nullable(Type.String()),
  click_window_days: Type.Integer({ description: 'for how long a click counts' }),
  terms: Type.Array(PortalTerms),
});
export type JoinPage = Static<typeof JoinPage>;

export const JoinRequest = Type.Object(
  {
    name: requiredText({ 'x-message': 'name is required' }),
    email: Type.String({
      format: 'email',
      maxLength: 254,
      'x-message': 'email must be a valid email address',
    }),
    website: text({ description: 'where the program would be shown: absolute http(s)' }, 1024),
    message: text({ description: 'how the applicant means to promote' }, 2000),
  },
  {
    examples: [
      {
        name: 'Anna',
        email: 'anna@partner.example',
        website: 'https://blog.example/',
        message: 'A review, and a newsletter.',
      },
    ],
  },
);
export type JoinRequest = Static<typeof JoinRequest>;

export const JoinAnswer = Type.Object({
  received: Type.Boolean(),
  message: Type.String(),
});
export type JoinAnswer = Static<typeof JoinAnswer>;

export const applicationStates = ['open', 'approved', 'rejected'] as const;

export const ApplicationItem = Type.Object({
  id: Type.Integer(),
  state: Type.Enum([...applicationStates]),
  name: Type.String(),
  email_masked: Type.String(),
  website: nullable(Type.String()),
  message: nullable(Type.String()),
  created_at: iso,
  decided_by: nullable(Type.String()),
  decided_at: nullable(iso),
  reason: nullable(Type.String()),
  partner_id: nullable(Type.Integer()),
});
export type ApplicationItem = Static<typeof ApplicationItem>;

export const ApplicationsQuery = Type.Object({
  ...ListQuery.properties,
  state: Type.Optional(Type.Enum([...applicationStates])),
});

export const ApproveApplicationRequest = Type.Object(
  {
    group_id: Type.Optional(
      Type.Union([Type.String({ maxLength: 255 }), Type.Integer()], {
        description: 'default: the program’s Default group',
      }),
    ),
  },
  { examples: [{ group_id: 3 }] },
);
export type ApproveApplicationRequest = Static<typeof ApproveApplicationRequest>;

export const RejectApplicationRequest = Type.Object(
  {
    reason: requiredText({ 'x-message': 'reason is required', description: 'told to the applicant' }),
  },
  { examples: [{ reason: 'We take no coupon sites' }] },
);

export const PortalInvitation = Type.Object({
  link: Type.String({ description: 'shown once; whoever has it may take the place' }),
  mailed: Type.Boolean({ description: 'false: hand the link on yourself' }),
  expires_at: iso,
});
export type PortalInvitation = Static<typeof PortalInvitation>;

export const ApprovedApplication = Type.Object({
  ...ApplicationItem.properties,
  invitation: PortalInvitation,
});
export type ApprovedApplication = Static<typeof ApprovedApplication>;

export const InvitePartnerRequest = Type.Object(
  {
    email: Type.String({
      format: 'email',
      maxLength: 254,
      description: 'of the partner, who has one address; learnt where none is known',
      'x-message': 'email must be a valid email address',
    }),
  },
  { examples: [{ email: 'anna@partner.example' }] },
);
export type InvitePartnerRequest = Static<typeof InvitePartnerRequest>;

export const PortalAccess = Type.Object({
  people: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      email_masked: Type.String(),
      joined_at: iso,
      last_seen_at: nullable(iso),
    }),
  ),
  invited_until: nullable(iso),
});
export type PortalAccess = Static<typeof PortalAccess>;

/** Setting up: programs, partners, links, groups, policies, websites, management keys (contract §12, §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { amountCents, instant, iso, maxAmountMinor, requiredText, text, textOrInteger } from './fields.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const oneOf = <const Word extends string>(words: readonly Word[], description?: string) =>
  Type.Enum([...words], description === undefined ? {} : { description });
/** A whole number in a range. The bound is exclusive so that both ends are refused as `<field> is invalid`. */
const whole = (minimum: number, maximum: number, description?: string) =>
  Type.Optional(
    Type.Integer({
      minimum,
      exclusiveMaximum: maximum + 1,
      ...(description === undefined ? {} : { description }),
    }),
  );

/** An id of ours in a body: a whole number, or its digits. */
const id = (description: string) =>
  Type.Union([Type.Integer({ minimum: 1 }), Type.String({ maxLength: 15 })], { description });

export const attributionModels = ['last_click', 'first_click', 'linear'] as const;
export const leadAuths = ['open', 'server_required'] as const;
export const organicPayments = ['reject', 'record'] as const;
export const programStatuses = ['active', 'paused', 'archived'] as const;
export const policyTypes = ['cpc', 'cpl', 'cps_one_time', 'cps_recurring', 'cps_lifetime'] as const;
export const approvals = ['automatic', 'manual'] as const;
export const enrollmentStatuses = ['approved', 'pending', 'rejected', 'removed'] as const;
export const linkStatuses = ['active', 'inactive'] as const;

const currency = Type.Optional(
  Type.String({ format: 'currency', description: 'ISO 4217, any case; default USD' }),
);
const allowedOrigins = Type.Optional(
  Type.Array(Type.String({ maxLength: 255 }), {
    maxItems: 100,
    description: 'origins that browsers may call from; empty: all',
  }),
);

/** The settings of contract §3 that stand in the program itself. */
const settings = {
  currency,
  attribution_model: Type.Optional(oneOf(attributionModels, 'default last_click')),
  cookie_window_days: whole(1, 365, 'life of the browser cookie; default 90'),
  attribution_window_days: whole(1, 365, 'from the click to the first payment; default 60'),
  lead_auth: Type.Optional(oneOf(leadAuths, 'server_required: a browser’s lead waits for a server’s word')),
  organic_payments: Type.Optional(oneOf(organicPayments, 'what becomes of payments nobody referred')),
  hold_period_days: whole(0, 90, 'of the default group’s policy; default 15'),
  fee_bps: whole(0, 10_000, 'platform fee; null: the installation’s'),
  fee_free_revenue: whole(
    0,
    maxAmountMinor,
    'attributed revenue that is free of the fee, in USD cents; null: the installation’s',
  ),
  allowed_origins: allowedOrigins,
};

/** What a partner earns: exactly one of rate_bps and fixed_cents. */
const terms = {
  type: oneOf(policyTypes),
  rate_bps: whole(1, 10_000, 'basis points of the payment'),
  fixed_cents: Type.Optional(amountCents({ description: 'minor units of the program’s currency' })),
  duration_months: whole(0, 1200, 'cps_recurring: from 1, default 12; else derived from the type'),
};
export const CommissionTerms = Type.Object(terms);
export type CommissionTerms = Static<typeof CommissionTerms>;

export const CreateProgramRequest = Type.Object(
  {
    name: requiredText({ 'x-message': 'name is required' }),
    domain: requiredText({
      'x-message': 'domain is required',
      description: 'scheme, path and case are dropped',
    }),
    commission: Type.Optional(CommissionTerms),
    ...settings,
    website_id: text({ description: 'binds the website' }),
  },
  {
    $id: 'CreateProgramRequest',
    examples: [
      {
        name: 'Acme',
        domain: 'acme.example',
        commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 },
      },
    ],
  },
);
export type CreateProgramRequest = Static<typeof CreateProgramRequest>;

export const UpdateProgramRequest = Type.Object(
  {
    name: Type.Optional(requiredText()),
    domain: Type.Optional(requiredText()),
    ...settings,
    website_id: text(),
  },
  { $id: 'UpdateProgramRequest', examples: [{ attribution_window_days: 60, organic_payments: 'record' }] },
);
export type UpdateProgramRequest = Static<typeof UpdateProgramRequest>;

export const ProgramRecord = Type.Object({
  id: Type.Integer(),
  slug: Type.String(),
  name: Type.String(),
  domain: Type.String(),
  currency: Type.String(),
  status: oneOf(programStatuses),
  attribution_model: oneOf(attributionModels),
  cookie_window_days: Type.Integer(),
  attribution_window_days: Type.Integer(),
  lead_auth: oneOf(leadAuths),
  organic_payments: oneOf(organicPayments),
  hold_period_days: Type.Integer(),
  fee_bps: Type.Integer(),
  fee_free_revenue: Type.Integer(),
  allowed_origins: Type.Array(Type.String()),
  default_group_id: nullable(Type.Integer()),
  website_id: nullable(Type.String()),
  api_token: Type.Optional(Type.String({ description: 'shown once, when it is made' })),
  api_token_masked: nullable(Type.String()),
  created_at: iso,
});
export type ProgramRecord = Static<typeof ProgramRecord>;

export const TokenRecord = Type.Object({ api_token: Type.String(), api_token_masked: Type.String() });
export type TokenRecord = Static<typeof TokenRecord>;

export const CreatePartnerRequest = Type.Object(
  {
    name: requiredText({ 'x-message': 'name is required' }),
    email: Type.Optional(
      Type.String({ format: 'email', maxLength: 254, description: 'kept as a keyed hash and a mask' }),
    ),
    customer_key: textOrInteger({
      description: 'the partner’s own key as a customer: own purchases earn nothing',
    }),
    code: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'else made from the name' }),
    ),
    group_id: Type.Optional(id('default: the program’s Default group')),
    destination_url: text({ description: 'absolute http(s); default the program’s domain' }, 4096),
  },
  { $id: 'CreatePartnerRequest', examples: [{ name: 'Anna', email: 'anna@partner.example', code: 'anna' }] },
);
export type CreatePartnerRequest = Static<typeof CreatePartnerRequest>;

export const UpdatePartnerRequest = Type.Object(
  { status: Type.Optional(oneOf(enrollmentStatuses)), group_id: Type.Optional(id('acts on later payments')) },
  { $id: 'UpdatePartnerRequest', examples: [{ status: 'approved', group_id: 3 }] },
);
export type UpdatePartnerRequest = Static<typeof UpdatePartnerRequest>;

export const PartnerRecord = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  email_masked: nullable(Type.String()),
  customer_key: nullable(Type.String()),
  group_id: Type.Integer(),
  status: oneOf(enrollmentStatuses),
  joined_at: iso,
  links: Type.Array(Type.Object({ id: Type.Integer(), code: Type.String(), url: Type.String() }), {
    description: 'the first 20; all: GET /programs/:id/links',
  }),
});
export type PartnerRecord = Static<typeof PartnerRecord>;

export const CreateLinkRequest = Type.Object(
  {
    partner_id: id('a partner of the program'),
    code: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'else made from the name' }),
    ),
    destination_url: text({ description: 'absolute http(s); default the program’s domain' }, 4096),
  },
  {
    $id: 'CreateLinkRequest',
    examples: [{ partner_id: 7, code: 'anna-spring', destination_url: 'https://acme.example/spring' }],
  },
);
export type CreateLinkRequest = Static<typeof CreateLinkRequest>;

export const UpdateLinkRequest = Type.Object(
  { status: Type.Optional(oneOf(linkStatuses)), destination_url: text({}, 4096) },
  { $id: 'UpdateLinkRequest', examples: [{ status: 'inactive' }] },
);
export type UpdateLinkRequest = Static<typeof UpdateLinkRequest>;

export const LinkRecord = Type.Object({
  id: Type.Integer(),
  program_id: Type.Integer(),
  partner_id: Type.Integer(),
  code: Type.String(),
  url: Type.String({ description: 'what the partner shares' }),
  destination_url: Type.String(),
  status: oneOf(linkStatuses),
  clicks: Type.Integer(),
  last_clicked_at: nullable(iso),
  created_at: iso,
});
export type LinkRecord = Static<typeof LinkRecord>;

export const CreateGroupRequest = Type.Object(
  { name: requiredText({ 'x-message': 'name is required' }) },
  { $id: 'CreateGroupRequest', examples: [{ name: 'VIP' }] },
);
export type CreateGroupRequest = Static<typeof CreateGroupRequest>;

export const GroupRecord = Type.Object({
  id: Type.Integer(),
  program_id: Type.Integer(),
  name: Type.String(),
  is_default: Type.Boolean(),
  created_at: iso,
});
export type GroupRecord = Static<typeof GroupRecord>;

export const PolicyTier = Type.Object({
  from_cents: amountCents({ description: 'of the partner’s payments in the month before this one' }),
  rate_bps: whole(1, 10_000),
  fixed_cents: Type.Optional(amountCents()),
});
export type PolicyTier = Static<typeof PolicyTier>;

export const AddPolicyRequest = Type.Object(
  {
    ...terms,
    hold_period_days: whole(0, 90, 'default: as the group’s latest policy, else 15'),
    approval: Type.Optional(oneOf(approvals, 'default automatic')),
    product_id: text({ description: 'only for sales of this product' }),
    exclude_tax: Type.Optional(Type.Boolean()),
    exclude_shipping: Type.Optional(Type.Boolean()),
    min_cents: Type.Optional(
      amountCents({ description: 'at least that a payment; in the program’s currency' }),
    ),
    max_cents: Type.Optional(amountCents({ description: 'at most that a payment' })),
    customer_cap_cents: Type.Optional(amountCents({ description: 'at most that by one customer, in all' })),
    tiers: Type.Optional(
      Type.Array(PolicyTier, { maxItems: 10, description: 'other pay from a monthly volume on, rising' }),
    ),
    effective_from: instant({ description: 'default now; may lie ahead' }),
  },
  {
    $id: 'AddPolicyRequest',
    examples: [{ type: 'cps_recurring', rate_bps: 2500, duration_months: 12, hold_period_days: 30 }],
  },
);
export type AddPolicyRequest = Static<typeof AddPolicyRequest>;

export const PolicyRecord = Type.Object(
  {
    id: Type.Integer(),
    group_id: Type.Integer(),
    version: Type.Integer(),
    type: oneOf(policyTypes),
    rate_bps: nullable(Type.Integer()),
    fixed_cents: nullable(Type.Integer()),
    currency: Type.String(),
    duration_months: nullable(Type.Integer()),
    hold_period_days: Type.Integer(),
    approval: oneOf(approvals),
    product_id: nullable(Type.String()),
    exclude_tax: Type.Boolean(),
    exclude_shipping: Type.Boolean(),
    min_cents: nullable(Type.Integer()),
    max_cents: nullable(Type.Integer()),
    customer_cap_cents: nullable(Type.Integer()),
    tiers: Type.Array(PolicyTier),
    effective_from: iso,
    created_at: iso,
  },
  {
    examples: [
      {
        id: 5,
        group_id: 3,
        version: 2,
        type: 'cps_recurring',
        rate_bps: 2000,
        fixed_cents: null,
        currency: 'USD',
        duration_months: 12,
        hold_period_days: 15,
        approval: 'automatic',
        product_id: null,
        exclude_tax: false,
        exclude_shipping: false,
        min_cents: null,
        max_cents: null,
        customer_cap_cents: null,
        tiers: [],
        effective_from: '2026-01-01T00:00:00.000Z',
        created_at: '2025-12-20T08:00:00.000Z',
      },
    ],
  },
);
export type PolicyRecord = Static<typeof PolicyRecord>;

const websiteFields = {
  name: text({ description: 'default: the domain' }),
  timezone: text({ description: 'IANA name; default UTC' }),
  currency,
  program_id: Type.Optional(id('binds the program')),
  allowed_origins: allowedOrigins,
  retention_days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 36_500,
      description: 'how long what visitors did is kept; null: for ever, as by default',
    }),
  ),
};

export const CreateWebsiteRequest = Type.Object(
  { domain: requiredText({ 'x-message': 'domain is required' }), ...websiteFields },
  { $id: 'CreateWebsiteRequest', examples: [{ domain: 'acme.example', timezone: 'Europe/Berlin' }] },
);
export type CreateWebsiteRequest = Static<typeof CreateWebsiteRequest>;

export const UpdateWebsiteRequest = Type.Object(
  { domain: Type.Optional(requiredText()), ...websiteFields },
  { $id: 'UpdateWebsiteRequest', examples: [{ timezone: 'Europe/Berlin', retention_days: 395 }] },
);
export type UpdateWebsiteRequest = Static<typeof UpdateWebsiteRequest>;

export const WebsiteRecord = Type.Object({
  website_id: Type.String(),
  domain: Type.String(),
  name: Type.String(),
  timezone: Type.String(),
  currency: Type.String(),
  program_id: nullable(Type.Integer()),
  allowed_origins: Type.Array(Type.String()),
  retention_days: nullable(Type.Integer()),
  api_token: Type.Optional(Type.String({ description: 'shown once, when it is made' })),
  api_token_masked: nullable(Type.String()),
  created_at: iso,
});
export type WebsiteRecord = Static<typeof WebsiteRecord>;

const keyFields = {
  scopes: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, maxItems: 50, description: 'default ["*"]' }),
  ),
  program_scope: Type.Optional(
    Type.Array(id('program'), {
      minItems: 1,
      maxItems: 1000,
      description: 'programs it may touch; null: all',
    }),
  ),
  expires_at: instant({ description: 'null: never' }),
};

export const CreateKeyRequest = Type.Object(
  { name: requiredText({ 'x-message': 'name is required' }), ...keyFields },
  { $id: 'CreateKeyRequest', examples: [{ name: 'reports', scopes: ['program:read', 'dashboard:view'] }] },
);
export type CreateKeyRequest = Static<typeof CreateKeyRequest>;

export const UpdateKeyRequest = Type.Object(
  { name: Type.Optional(requiredText({ 'x-message': 'name is required' })), ...keyFields },
  { $id: 'UpdateKeyRequest', examples: [{ name: 'reports', expires_at: '2027-03-01T00:00:00Z' }] },
);
export type UpdateKeyRequest = Static<typeof UpdateKeyRequest>;

export const KeyRecord = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  prefix: Type.String(),
  scopes: Type.Array(Type.String()),
  program_scope: nullable(Type.Array(Type.Integer())),
  status: oneOf(['active', 'expired', 'revoked'] as const),
  expires_at: nullable(iso),
  created_at: iso,
  last_used_at: Type.Optional(
    nullable(Type.String({ format: 'date-time', description: 'in lists; to some seconds; null: never' })),
  ),
  key: Type.Optional(Type.String({ description: 'shown once, when it is made' })),
  key_masked: Type.String(),
});
export type KeyRecord = Static<typeof KeyRecord>;

/** A success of the set-up routes. */
export const dataOf = <Schema extends TSchema>(schema: Schema) => Type.Object({ data: schema });

/** A list of the set-up routes: the cursor of the next page, null on the last. */
export const listOf = <Schema extends TSchema>(schema: Schema) =>
  Type.Object({ data: Type.Array(schema), next_cursor: nullable(Type.String()) });

export const CodedError = Type.Object({ error: Type.String(), code: Type.String() });

const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ description: 'next_cursor of the page before' })),
};
export const ListQuery = Type.Object(paging);
export const PartnersQuery = Type.Object({ ...paging, status: Type.Optional(oneOf(enrollmentStatuses)) });

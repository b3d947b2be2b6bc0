import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { NewCommission, Standing } from './commission.ts';
import type { Policy, PolicyType, Tier } from './terms.ts';

const insert = statement(
  'commissions.insert',
  `with commission as (
     insert into commissions
       (workspace_id, program_id, partner_id, customer_id, payment_id, click_id, lead_id, policy_id, type,
        amount_minor, currency, hold_until, approval, earned_at, created_at, basis)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     returning workspace_id, id, hold_until, approval
   ), hold as (
     insert into commission_holds (workspace_id, commission_id, due_at)
     select workspace_id, id, hold_until from commission where approval = 'automatic'
   )
   select id from commission`,
);

export async function insertCommission(
  trx: Transaction,
  commission: NewCommission,
  holdUntil: Date,
): Promise<bigint> {
  const { by, policy } = commission;
  const [row] = await trx.query<{ id: bigint }>(insert, [
    commission.workspaceId,
    commission.programId,
    commission.partnerId,
    commission.customerId,
    'paymentId' in by ? by.paymentId : null,
    'clickId' in by ? by.clickId : null,
    'leadId' in by ? by.leadId : null,
    policy.id,
    policy.type,
    commission.amountMinor,
    commission.currency,
    holdUntil,
    policy.approval,
    commission.earnedAt,
    commission.now,
    commission.basis === undefined ? null : JSON.stringify(commission.basis),
  ]);
  return (row as { id: bigint }).id;
}

/** A credited partner, with the terms in force for it at an instant. */
export interface PartnerTerms {
  partnerId: number;
  emailHash: Buffer | null;
  customerKey: string | null;
  policy: Policy | null;
}

interface TermsRow {
  partner_id: number;
  email_hash: Buffer | null;
  customer_key: string | null;
  policy_id: number | null;
  version: number;
  group_id: number;
  group_name: string;
  type: PolicyType;
  rate_bps: number | null;
  fixed_minor: bigint | null;
  currency: Currency;
  duration_months: number | null;
  hold_period_days: number;
  approval: 'automatic' | 'manual';
  product_id: string | null;
  exclude_tax: boolean;
  exclude_stripe_tax: boolean;
  exclude_shipping: boolean;
  min_minor: bigint | null;
  max_minor: bigint | null;
  customer_cap_minor: bigint | null;
  tiers: StoredTier[];
  effective_from: Date;
}

// The group a partner was in at the instant, then that group's newest version in force; a product's own policy first.
const findTerms = statement(
  'commissions.find_terms',
  `select p.id as partner_id, p.email_hash, p.customer_key,
     pol.id as policy_id, pol.version, pol.group_id, g.name as group_name, pol.type, pol.rate_bps, pol.fixed_minor,
     pol.currency, pol.duration_months, pol.hold_period_days, pol.approval, pol.product_id, pol.exclude_tax,
     pol.exclude_stripe_tax,
     pol.exclude_shipping, pol.min_minor, pol.max_minor, pol.customer_cap_minor, pol.tiers,
     pol.effective_from
   from unnest($3::integer[]) as asked(partner_id)
   join partners p on p.workspace_id = $1 and p.id = asked.partner_id
   left join lateral (
     select m.group_id from group_memberships m
     where m.workspace_id = $1 and m.program_id = $2 and m.partner_id = p.id and m.since <= $4
     order by m.since desc, m.id desc limit 1
   ) membership on true
   left join lateral (
     select * from policies v
     where v.workspace_id = $1 and v.group_id = membership.group_id and v.effective_from <= $4
       and (v.product_id is null or v.product_id = $5)
     order by (v.product_id is not null) desc, v.effective_from desc, v.version desc limit 1
   ) pol on true
   left join partner_groups g on g.workspace_id = $1 and g.id = pol.group_id`,
);

export async function findTermsOf(
  sql: Sql,
  question: {
    workspaceId: number;
    programId: number;
    partnerIds: readonly number[];
    at: Date;
    productId: string | null;
  },
): Promise<PartnerTerms[]> {
  const rows = await sql.query<TermsRow>(findTerms, [
    question.workspaceId,
    question.programId,
    question.partnerIds,
    question.at,
    question.productId,
  ]);
  return rows.map((row) => ({
    partnerId: row.partner_id,
    emailHash: row.email_hash,
    customerKey: row.customer_key,
    policy: row.policy_id === null ? null : toPolicy(row, row.policy_id),
  }));
}

function toPolicy(row: TermsRow, id: number): Policy {
  return {
    id,
    version: row.version,
    groupId: row.group_id,
    groupName: row.group_name,
    type: row.type,
    rateBps: row.rate_bps,
    fixedMinor: row.fixed_minor,
    currency: row.currency,
    durationMonths: row.duration_months,
    holdPeriodDays: row.hold_period_days,
    approval: row.approval,
    productId: row.product_id,
    excludeTax: row.exclude_tax,
    excludeStripeTax: row.exclude_stripe_tax,
    excludeShipping: row.exclude_shipping,
    minMinor: row.min_minor,
    maxMinor: row.max_minor,
    customerCapMinor: row.customer_cap_minor,
    tiers: row.tiers.map(toTier),
    effectiveFrom: row.effective_from,
  };
}

interface StoredTier {
  from_cents: number;
  rate_bps?: number;
  fixed_cents?: number;
}

function toTier({ from_cents, rate_bps, fixed_cents }: StoredTier): Tier {
  return {
    fromMinor: BigInt(from_cents),
    rateBps: rate_bps ?? null,
    fixedMinor: fixed_cents === undefined ? null : BigInt(fixed_cents),
  };
}

// Of a policy v and its group g, whoever may be in it.
const policyColumns = `0 as partner_id, null::bytea as email_hash, null::text as customer_key,
     v.id as policy_id, v.version, v.group_id, g.name as group_name, v.type, v.rate_bps, v.fixed_minor, v.currency,
     v.duration_months, v.hold_period_days, v.approval, v.product_id, v.exclude_tax, v.exclude_stripe_tax,
     v.exclude_shipping, v.min_minor, v.max_minor, v.customer_cap_minor, v.tiers,
     v.effective_from`;

const findPolicyById = statement(
  'commissions.find_policy',
  `select ${policyColumns}
   from policies v join partner_groups g on g.workspace_id = v.workspace_id and g.id = v.group_id
   where v.workspace_id = $1 and v.id = $2`,
);

export async function findPolicy(
  sql: Sql,
  workspaceId: number,
  policyId: number,
): Promise<Policy | undefined> {
  const [row] = await sql.query<TermsRow>(findPolicyById, [workspaceId, policyId]);
  return row === undefined || row.policy_id === null ? undefined : toPolicy(row, row.policy_id);
}

const newcomersPolicy = statement(
  'commissions.find_newcomers_policy',
  `select ${policyColumns}
   from programs p
   join lateral (
     select * from policies v
     where v.workspace_id = p.workspace_id and v.group_id = p.default_group_id and v.product_id is null
       and v.effective_from <= $3
     order by v.effective_from desc, v.version desc limit 1
   ) v on true
   join partner_groups g on g.workspace_id = v.workspace_id and g.id = v.group_id
   where p.workspace_id = $1 and p.id = $2`,
);

/** The general terms of whoever joins a program now: its default group's newest version in force. */
export async function findNewcomersPolicy(
  sql: Sql,
  program: { workspaceId: number; id: number },
  at: Date,
): Promise<Policy | undefined> {
  const [row] = await sql.query<TermsRow>(newcomersPolicy, [program.workspaceId, program.id, at]);
  return row === undefined ? undefined : toPolicy(row, row.policy_id as number);
}

const policiesOfProgram = statement(
  'commissions.policies_of_program',
  `select ${policyColumns}
   from policies v join partner_groups g on g.workspace_id = v.workspace_id and g.id = v.group_id
   where v.workspace_id = $1 and v.program_id = $2 order by v.id`,
);

/** Every version of every group's terms. */
export async function listPoliciesOfProgram(
  sql: Sql,
  program: { workspaceId: number; id: number },
): Promise<Policy[]> {
  const rows = await sql.query<TermsRow>(policiesOfProgram, [program.workspaceId, program.id]);
  return rows.map((row) => toPolicy(row, row.policy_id as number));
}

export interface LockedStanding extends Standing {
  workspaceId: number;
  programId: number;
  paymentId: bigint | null;
}

const standingColumns = `
  c.workspace_id as "workspaceId", c.program_id as "programId", c.payment_id as "paymentId",
  c.id as "commissionId", c.partner_id as "partnerId", c.currency, c.amount_minor as "amountMinor",
  s.pending_minor as "pendingMinor", s.approved_minor as "approvedMinor", s.paid_minor as "paidMinor"`;
const standingJoin = `
  commissions c join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id`;

const standingsOfPayment = statement(
  'commissions.standings_of_payment',
  `select ${standingColumns}, s.status, c.hold_until as "holdUntil", c.policy_id as "policyId"
   from ${standingJoin}
   where c.workspace_id = $1 and c.payment_id = $2 and c.superseded_at is null
   order by c.amount_minor desc, c.id`,
);

export interface CommissionOfPayment extends LockedStanding {
  status: string;
  holdUntil: Date;
  policyId: number;
}

/** The commissions of a payment, the largest share first. */
export function listCommissionsOfPayment(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<CommissionOfPayment[]> {
  return sql.query(standingsOfPayment, [workspaceId, paymentId]);
}

/** A commission of a payment, whether the decision in force gave it or an earlier one. */
export interface BookedCommission {
  commissionId: bigint;
  partnerId: number;
  currency: Currency;
  amountMinor: bigint;
  type: PolicyType;
  policyId: number;
  isSuperseded: boolean;
  /** By a person: it earns nothing, whatever is decided later. */
  isRejected: boolean;
  /** By a person: it waits no longer. */
  isApproved: boolean;
}

const bookedOfPayment = statement(
  'commissions.lock_booked_of_payment',
  `select id as "commissionId", partner_id as "partnerId", currency, amount_minor as "amountMinor", type,
     policy_id as "policyId", superseded_at is not null as "isSuperseded",
     rejected_at is not null as "isRejected", approved_at is not null as "isApproved"
   from commissions where workspace_id = $1 and payment_id = $2 order by amount_minor desc, id for update`,
);

/** Every commission that a payment ever earned, locked, the largest first. */
export function lockBookedCommissions(
  trx: Transaction,
  workspaceId: number,
  paymentId: bigint,
): Promise<BookedCommission[]> {
  return trx.query(bookedOfPayment, [workspaceId, paymentId]);
}

const supersede = statement(
  'commissions.supersede',
  'update commissions set superseded_at = $3 where workspace_id = $1 and id = $2',
);

/** A later decision gave the payment to nobody, or to somebody else. */
export async function supersedeCommission(
  trx: Transaction,
  workspaceId: number,
  commissionId: bigint,
  at: Date,
): Promise<void> {
  await trx.query(supersede, [workspaceId, commissionId, at]);
}

const revise = statement(
  'commissions.revise',
  `update commissions set policy_id = $3, type = $4, amount_minor = $5, currency = $6, approval = $8,
     hold_until = greatest($7, (select max(r.hold_until) from commission_reviews r
       where r.workspace_id = $1 and r.commission_id = $2)),
     earned_at = $9, customer_id = $10, basis = $11, superseded_at = null
   where workspace_id = $1 and id = $2`,
);

/** A later decision gives the same partner the payment on other terms, or once more. A person's verdict stays. */
export async function updateCommission(
  trx: Transaction,
  commissionId: bigint,
  commission: NewCommission,
  holdUntil: Date,
): Promise<void> {
  const { policy } = commission;
  await trx.query(revise, [
    commission.workspaceId,
    commissionId,
    policy.id,
    policy.type,
    commission.amountMinor,
    commission.currency,
    holdUntil,
    policy.approval,
    commission.earnedAt,
    commission.customerId,
    commission.basis === undefined ? null : JSON.stringify(commission.basis),
  ]);
}

const restoreHold = statement(
  'commissions.restore_hold',
  `insert into commission_holds (workspace_id, commission_id, due_at)
   select workspace_id, id, hold_until from commissions
   where workspace_id = $1 and id = $2 and approval = 'automatic'
   on conflict (workspace_id, commission_id) do update set due_at = excluded.due_at
   where commission_holds.due_at <> excluded.due_at`,
);

/** Puts a commission back on the list of those that become approved by themselves. */
export async function returnToHolds(
  trx: Transaction,
  workspaceId: number,
  commissionId: bigint,
): Promise<void> {
  await trx.query(restoreHold, [workspaceId, commissionId]);
}

const anyForClicks = statement(
  'commissions.any_for_clicks',
  `select exists (
     select from commissions
     where workspace_id = $1 and partner_id = $2 and type = 'cpc' and click_id = any($3::text[])
   ) as any`,
);

/** Whether one of these clicks already earned this partner a commission. */
export async function anyClickEarned(
  sql: Sql,
  question: { workspaceId: number; partnerId: number; clickIds: readonly string[] },
): Promise<boolean> {
  const { workspaceId, partnerId, clickIds } = question;
  const [row] = await sql.query<{ any: boolean }>(anyForClicks, [workspaceId, partnerId, clickIds]);
  return row?.any === true;
}

const anyForLead = statement(
  'commissions.any_for_lead',
  `select exists (
     select from commissions where workspace_id = $1 and program_id = $2 and customer_id = $3 and type = 'cpl'
   ) as any`,
);

/** Whether this customer's sign-up already earned somebody a commission. */
export async function leadEarned(
  sql: Sql,
  customer: { workspaceId: number; programId: number; id: bigint },
): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(anyForLead, [
    customer.workspaceId,
    customer.programId,
    customer.id,
  ]);
  return row?.any === true;
}

const anyOneTime = statement(
  'commissions.any_one_time',
  `select exists (
     select from commissions
     where workspace_id = $1 and customer_id = $2 and type = 'cps_one_time' and superseded_at is null
   ) as any`,
);

/** Whether a payment of this customer already earned a one-time commission. */
export async function oneTimeEarned(sql: Sql, workspaceId: number, customerId: bigint): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(anyOneTime, [workspaceId, customerId]);
  return row?.any === true;
}

import type { Candidate, Credit, Followed, UnattributedReason } from '../attribution/index.ts';
import type { ArithmeticStep } from '../commissions/index.ts';
import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { TouchContext } from '../touches/index.ts';
import type {
  Evidence,
  PaymentDecision,
  PaymentFact,
  PaymentFee,
  PaymentSource,
  PaymentVisit,
  Warning,
} from './payment.ts';

/** Where a transaction id is unique. */
export interface KeyScope {
  workspaceId: number;
  scope: string;
  isTest: boolean;
}

const claim = statement(
  'payments.claim_key',
  `insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
   values ($1, $2, $3, $4, nextval(pg_get_serial_sequence('payments', 'id')))
   on conflict do nothing
   returning payment_id`,
);

/**
 * Claims an idempotency key and the id of the payment it will be. Undefined when a payment has it. While another
 * transaction holds the claim this waits for its end: under any concurrency one wins, and only if it commits.
 */
export async function claimKey(trx: Transaction, scope: KeyScope, key: string): Promise<bigint | undefined> {
  const [row] = await trx.query<{ payment_id: bigint }>(claim, [
    scope.workspaceId,
    scope.scope,
    scope.isTest,
    key,
  ]);
  return row?.payment_id;
}

/** A payment's stored facts. */
export interface StoredPayment {
  workspaceId: number;
  id: bigint;
  programId: number | null;
  websiteId: string | null;
  customerId: bigint | null;
  transactionId: string;
  source: PaymentSource;
  amountMinor: bigint;
  currency: Currency;
  taxMinor: bigint;
  shippingMinor: bigint;
  isTest: boolean;
  subscriptionId: string | null;
  subscriptionInterval: string | null;
  isRecurring: boolean;
  productId: string | null;
  occurredAt: Date;
  receivedAt: Date;
}

export const paymentColumns = `
  p.workspace_id as "workspaceId", p.id, p.program_id as "programId", p.website_id as "websiteId",
  p.customer_id as "customerId", p.transaction_id as "transactionId", p.source, p.amount_minor as "amountMinor",
  p.currency, p.tax_minor as "taxMinor", p.shipping_minor as "shippingMinor", p.is_test as "isTest",
  p.subscription_id as "subscriptionId",
  p.subscription_interval as "subscriptionInterval", p.is_recurring as "isRecurring", p.product_id as "productId", p.occurred_at as "occurredAt",
  p.received_at as "receivedAt"`;

const lockByPaymentKey = statement(
  'payments.lock_by_key',
  `select ${paymentColumns}
   from payment_keys k join payments p on p.workspace_id = k.workspace_id and p.id = k.payment_id
   where k.workspace_id = $1 and k.scope = $2 and k.is_test = $3 and k.key = $4
   for update of p`,
);

/** The payment known by a key, locked against other refunds and completions. */
export async function lockPaymentByKey(
  trx: Transaction,
  scope: KeyScope,
  key: string,
): Promise<StoredPayment | undefined> {
  const [row] = await trx.query<StoredPayment>(lockByPaymentKey, [
    scope.workspaceId,
    scope.scope,
    scope.isTest,
    key,
  ]);
  return row;
}

/** What of a stored payment an import compares with its row. */
export interface RecordedFacts {
  paymentId: bigint;
  amountMinor: bigint;
  currency: Currency;
  refundedMinor: bigint;
}

const findRecordedOf = statement(
  'payments.find_recorded',
  `select p.id as "paymentId", p.amount_minor as "amountMinor", p.currency,
     coalesce((select sum(r.amount_minor) from refunds r
       where r.workspace_id = p.workspace_id and r.payment_id = p.id and not r.is_test and r.undone_at is null), 0)::bigint
       as "refundedMinor"
   from payment_keys k join payments p on p.workspace_id = k.workspace_id and p.id = k.payment_id
   where k.workspace_id = $1 and k.scope = $2 and not k.is_test and k.key = $3`,
);

/** The payment of a program that goes by this id. */
export async function findRecorded(
  sql: Sql,
  program: { workspaceId: number; id: number },
  transactionId: string,
): Promise<RecordedFacts | undefined> {
  const values = [program.workspaceId, `p${program.id}`, transactionId];
  const [row] = await sql.query<RecordedFacts>(findRecordedOf, values);
  return row;
}

const findById = statement('payments.find', `select ${paymentColumns} from payments p where p.id = $1`);

export async function findPayment(sql: Sql, paymentId: bigint): Promise<StoredPayment | undefined> {
  const [row] = await sql.query<StoredPayment>(findById, [paymentId]);
  return row;
}

/** Inserts a payment's facts, which are the parameters from $2 to $22, under the id that `id` (from `source`) says. */
export function factsPart(id: string, source = ''): string {
  return `payment as (
     insert into payments
       (id, workspace_id, program_id, website_id, customer_id, transaction_id, source, amount_minor, currency, tax_minor,
        shipping_minor, sale_type, is_recurring, subscription_id, subscription_interval, product_id, line_items,
        additional_data, email_hash, is_test, occurred_at, received_at)
     overriding system value
     select ${id}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22
     ${source}
   )`;
}

// The facts and the visit half, of which the first 26 parameters are.
const factsAndVisit = `${factsPart('$1')}, visit as (
     insert into payment_visits (workspace_id, payment_id, visitor_id, session_id, matched_by, context, matched_at)
     select $2, $1, $23, $24, $25, $26, $22 where $26::json is not null
   )`;

const insert = statement('payments.insert', `with ${factsAndVisit} select`);

export interface NewPayment {
  id: bigint;
  workspaceId: number;
  customerId: bigint | null;
  transactionId: string;
  isTest: boolean;
  receivedAt: Date;
}

/** Stores a payment's facts and its visit half, if it is known already. */
export async function insertPayment(
  trx: Transaction,
  payment: NewPayment,
  fact: PaymentFact,
  visit: PaymentVisit | null,
): Promise<void> {
  await trx.query(insert, [payment.id, ...factValues(payment, fact), ...visitValues(visit)]);
}

/** The parameters of {@link factsPart}. */
export function factValues(payment: Omit<NewPayment, 'id'>, fact: PaymentFact): unknown[] {
  return [
    payment.workspaceId,
    fact.program?.id ?? null,
    fact.website?.id ?? fact.program?.websiteId ?? null,
    payment.customerId,
    payment.transactionId,
    fact.source,
    fact.amountMinor,
    fact.currency,
    fact.taxMinor,
    fact.shippingMinor,
    fact.saleType,
    fact.isRecurring,
    fact.subscriptionId,
    fact.subscriptionInterval,
    fact.productId,
    fact.lineItems,
    fact.additionalData,
    fact.email?.hash ?? null,
    payment.isTest,
    fact.occurredAt,
    payment.receivedAt,
  ];
}

function visitValues(visit: PaymentVisit | null): unknown[] {
  if (visit === null) return [null, null, null, null];
  return [visit.visitorId, visit.sessionId, visit.matchedBy, JSON.stringify(visit.context)];
}

// The decision's parameters come after those of the facts where both are stored by one statement.
const factCount = 26;

function decisionPart(parametersBefore: number): string {
  const $ = (position: number) => `$${parametersBefore + position}`;
  return `customer as (
     update customers set status = 'conversion', converted_at = coalesce(converted_at, ${$(17)}),
       bound_payment_id = case when ${$(18)} then coalesce(bound_payment_id, ${$(2)}) else bound_payment_id end
     where workspace_id = ${$(1)} and id = ${$(16)}
       and (status <> 'conversion' or converted_at is null or (${$(18)} and bound_payment_id is null))
   )
   insert into attributions
     (workspace_id, payment_id, decision, attributed, reason, model, window_days, method, click_age_days, evidence,
      candidates, credits, arithmetic, policy_id, cause, decided_at, warnings)
   select ${$(1)}, ${$(2)},
     coalesce((select max(decision) from attributions where workspace_id = ${$(1)} and payment_id = ${$(2)}), 0) + 1,
     ${[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19].map($).join(', ')}`;
}

const insertDecisionRow = statement('payments.insert_decision', `with ${decisionPart(0)}`);
const insertWithDecision = statement(
  'payments.insert_with_decision',
  `with ${factsAndVisit}, ${decisionPart(factCount)}`,
);

// The visit half before the decision, whose parameters follow its four.
const insertDecisionAndVisit = statement(
  'payments.insert_decision_and_visit',
  `with visit as (
     insert into payment_visits (workspace_id, payment_id, visitor_id, session_id, matched_by, context, matched_at)
     select $5, $6, $1, $2, $3, $4, $19 where $4::json is not null
   ), ${decisionPart(4)}`,
);

type DecidedPayment = { workspaceId: number; id: bigint; customerId: bigint | null; occurredAt: Date };

/** Stores a decision, and makes its customer one who paid (bound to the credited partners if it earned). */
export async function insertDecision(
  trx: Transaction,
  payment: DecidedPayment,
  decision: PaymentDecision,
  cause: string,
  now: Date,
): Promise<void> {
  await trx.query(insertDecisionRow, decisionValues(payment, decision, cause, now));
}

/** The first decision about a payment that was just stored, and its visit half. */
export async function insertFirstDecision(
  trx: Transaction,
  payment: DecidedPayment,
  decision: PaymentDecision,
  visit: PaymentVisit | null,
  now: Date,
): Promise<void> {
  await trx.query(insertDecisionAndVisit, [
    ...visitValues(visit),
    ...decisionValues(payment, decision, 'recorded', now),
  ]);
}

/** {@link insertPayment} and {@link insertDecision} by one statement: what every sale does. */
export async function insertDecidedPayment(
  trx: Transaction,
  payment: NewPayment & DecidedPayment,
  fact: PaymentFact,
  visit: PaymentVisit | null,
  decision: PaymentDecision,
): Promise<void> {
  await trx.query(insertWithDecision, [
    payment.id,
    ...factValues(payment, fact),
    ...visitValues(visit),
    ...decisionValues(payment, decision, 'recorded', payment.receivedAt),
  ]);
}

function decisionValues(
  payment: DecidedPayment,
  decision: PaymentDecision,
  cause: string,
  now: Date,
): unknown[] {
  const credits = decision.credits.map(({ weight, ...credit }) => ({ ...credit, weight: Number(weight) }));
  return [
    payment.workspaceId,
    payment.id,
    decision.attributed,
    decision.reason,
    decision.model,
    decision.windowDays,
    decision.method,
    decision.clickAgeDays,
    JSON.stringify(decision.evidence),
    JSON.stringify(decision.candidates),
    JSON.stringify(credits),
    JSON.stringify(decision.arithmetic),
    decision.policyId,
    cause,
    now,
    payment.customerId,
    payment.occurredAt,
    // History was earned on where it comes from, and binds as if it had been here.
    decision.earnings.length > 0 || decision.reason === 'settled_elsewhere',
    JSON.stringify(decision.warnings),
  ];
}

const insertVisitRow = statement(
  'payments.insert_visit',
  `insert into payment_visits (workspace_id, payment_id, visitor_id, session_id, matched_by, context, matched_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (workspace_id, payment_id) do update set visitor_id = excluded.visitor_id,
     session_id = excluded.session_id, matched_by = excluded.matched_by, context = excluded.context,
     matched_at = excluded.matched_at
   where payment_visits.matched_by <> 'session'`,
);

/** Adds the visit half to a stored payment. One that the caller named stays; one that was only inferred gives way to it. */
export async function saveVisit(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
  visit: PaymentVisit,
  now: Date,
): Promise<void> {
  await trx.query(insertVisitRow, [
    payment.workspaceId,
    payment.id,
    visit.visitorId,
    visit.sessionId,
    visit.matchedBy,
    JSON.stringify(visit.context),
    now,
  ]);
}

const insertFeeRow = statement(
  'payments.insert_fee',
  `insert into fees (workspace_id, payment_id, program_id, bps, amount_minor, currency, revenue_before_minor,
     usd_rate, rate_date)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict do nothing`,
);

/** A fee is decided once: a later decision keeps it. */
export async function insertFee(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint; programId: number; currency: Currency },
  fee: PaymentFee,
): Promise<void> {
  await trx.query(insertFeeRow, [
    payment.workspaceId,
    payment.id,
    payment.programId,
    fee.bps,
    fee.amountMinor,
    payment.currency,
    fee.revenueBeforeMinor,
    fee.rate?.usdPerUnit ?? null,
    fee.rate?.asOf ?? null,
  ]);
}

const lockFees = statement(
  'payments.lock_fees',
  `select pg_advisory_xact_lock(hashtextextended('fees of ' || $1::text, 0))`,
);

/**
 * A fee depends on the revenue before it, and a tier on the volume: payments of one program wait for each other where
 * there are such.
 */
export async function lockFeesOfProgram(trx: Transaction, programId: number): Promise<void> {
  await trx.query(lockFees, [programId]);
}

export interface StoredFee {
  bps: number;
  amountMinor: bigint;
  currency: Currency;
  revenueBeforeMinor: bigint;
  rate: PaymentFee['rate'];
}

const findFeeOf = statement(
  'payments.find_fee',
  `select bps, amount_minor as "amountMinor", currency, revenue_before_minor as "revenueBeforeMinor",
     case when usd_rate is not null
       then json_build_object('usdPerUnit', trim_scale(usd_rate)::text, 'asOf', rate_date::text) end as rate
   from fees where workspace_id = $1 and payment_id = $2`,
);

export async function findFee(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<StoredFee | undefined> {
  const [row] = await sql.query<StoredFee>(findFeeOf, [workspaceId, paymentId]);
  return row;
}

/** What a payment's books are reckoned from, besides its own amount and its commissions. */
export interface PaymentStanding {
  attributed: boolean;
  feeMinor: bigint | null;
  refundedMinor: bigint;
  contestedMinor: bigint;
}

const standingOf = statement(
  'payments.load_standing',
  `select
     coalesce((select a.attributed from attributions a
       where a.workspace_id = $1 and a.payment_id = $2 order by a.decision desc limit 1), false) as attributed,
     (select f.amount_minor from fees f where f.workspace_id = $1 and f.payment_id = $2) as "feeMinor",
     coalesce((select sum(r.amount_minor) from refunds r
       where r.workspace_id = $1 and r.payment_id = $2 and not r.is_test and r.undone_at is null), 0)::bigint
       as "refundedMinor",
     coalesce((select sum(d.amount_minor) from disputes d
       where d.workspace_id = $1 and d.payment_id = $2 and d.state = 'open'), 0)::bigint as "contestedMinor"`,
);

export async function loadStanding(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
): Promise<PaymentStanding> {
  const [row] = await trx.query<PaymentStanding>(standingOf, [payment.workspaceId, payment.id]);
  return row as PaymentStanding;
}

const customerHistory = statement(
  'payments.customer_history',
  `select
     (select min(occurred_at) from payments
      where workspace_id = $1 and customer_id = $2 and not is_test and id <> $6) as "firstPaidAt",
     (select a.credits from attributions a
      where a.workspace_id = $1 and a.payment_id = $3 order by a.decision desc limit 1) as "boundCredits",
     (select json_build_object('attributed', a.attributed, 'reason', a.reason, 'credits', a.credits,
        'clickAgeDays', a.click_age_days)
      from payments p
      join attributions a on a.workspace_id = p.workspace_id and a.payment_id = p.id
      where p.workspace_id = $1 and p.customer_id = $2 and p.subscription_id = $4 and not p.is_test and p.id <> $6
        and $5
      order by p.id, a.decision desc limit 1) as followed`,
);

interface StoredCredit {
  clickId: string | null;
  partnerId: number;
  weight: number;
}

interface HistoryRow {
  firstPaidAt: Date | null;
  boundCredits: StoredCredit[] | null;
  followed: {
    attributed: boolean;
    reason: UnattributedReason;
    credits: StoredCredit[];
    clickAgeDays: number | null;
  } | null;
}

/** What earlier payments of a customer say about the next one. */
export interface CustomerHistory {
  firstPaidAt: Date | null;
  bound: { credits: Credit[] } | null;
  followed: Followed | null;
}

export async function loadHistory(
  trx: Transaction,
  customer: { workspaceId: number; id: bigint; boundPaymentId: bigint | null },
  payment: { id: bigint; subscriptionId: string | null },
): Promise<CustomerHistory> {
  const [row] = await trx.query<HistoryRow>(customerHistory, [
    customer.workspaceId,
    customer.id,
    customer.boundPaymentId,
    payment.subscriptionId,
    customer.boundPaymentId === null,
    payment.id,
  ]);
  const { firstPaidAt, boundCredits, followed } = row as HistoryRow;
  return {
    firstPaidAt,
    bound: boundCredits === null ? null : { credits: boundCredits.map(toCredit) },
    followed: followed === null ? null : toFollowed(followed),
  };
}

const toCredit = ({ clickId, partnerId, weight }: StoredCredit): Credit => ({
  clickId,
  partnerId,
  weight: BigInt(weight),
});

function toFollowed({
  attributed,
  reason,
  credits,
  clickAgeDays,
}: NonNullable<HistoryRow['followed']>): Followed {
  return attributed ? { attributed, credits: credits.map(toCredit) } : { attributed, reason, clickAgeDays };
}

const setCustomerOf = statement(
  'payments.set_customer',
  'update payments set customer_id = $3 where workspace_id = $1 and id = $2',
);

export async function setCustomer(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
  customerId: bigint,
): Promise<void> {
  await trx.query(setCustomerOf, [payment.workspaceId, payment.id, customerId]);
}

/** A decision as it is kept. */
export interface StoredDecision {
  attributed: boolean;
  reason: string | null;
  model: string;
  windowDays: number;
  method: string | null;
  clickAgeDays: number | null;
  evidence: (Omit<Evidence, 'at'> & { at: string })[];
  candidates: (Omit<Candidate, 'clickedAt'> & { clickedAt: string })[];
  credits: StoredCredit[];
  arithmetic: ArithmeticStep[];
  policyId: number | null;
  warnings: Warning[];
  cause: string;
  decidedAt: Date;
}

const decisionsOf = statement(
  'payments.list_decisions',
  `select attributed, reason, model, window_days as "windowDays", method, click_age_days as "clickAgeDays", evidence,
     candidates, credits, arithmetic, policy_id as "policyId", warnings, cause, decided_at as "decidedAt"
   from attributions where workspace_id = $1 and payment_id = $2 order by decision`,
);

/** Every decision about a payment, the one in force last. */
export function listDecisions(sql: Sql, workspaceId: number, paymentId: bigint): Promise<StoredDecision[]> {
  return sql.query(decisionsOf, [workspaceId, paymentId]);
}

const visitOf = statement(
  'payments.find_visit',
  `select visitor_id as "visitorId", session_id as "sessionId", matched_by as "matchedBy", context
   from payment_visits where workspace_id = $1 and payment_id = $2`,
);

export async function findPaymentVisit(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<PaymentVisit | undefined> {
  const [row] = await sql.query<{
    visitorId: string | null;
    sessionId: string | null;
    matchedBy: PaymentVisit['matchedBy'];
    context: TouchContext;
  }>(visitOf, [workspaceId, paymentId]);
  return row;
}

export interface StoredRefund {
  id: bigint;
  refundKey: string | null;
  source: string;
  amountMinor: bigint;
}

const refundsOf = statement(
  'payments.list_refunds',
  `select id, refund_key as "refundKey", source, amount_minor as "amountMinor"
   from refunds where workspace_id = $1 and payment_id = $2 and not is_test and undone_at is null order by id`,
);

export function listRefunds(sql: Sql, workspaceId: number, paymentId: bigint): Promise<StoredRefund[]> {
  return sql.query(refundsOf, [workspaceId, paymentId]);
}

const insertRefundRow = statement(
  'payments.insert_refund',
  `insert into refunds
     (workspace_id, program_id, payment_id, refund_key, source, amount_minor, currency, reason, is_test, occurred_at,
      created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   returning id`,
);

export interface NewRefund {
  workspaceId: number;
  programId: number;
  paymentId: bigint | null;
  refundKey: string | null;
  source: string;
  amountMinor: bigint;
  currency: string;
  reason: string | null;
  isTest: boolean;
  at: Date;
  /** When it went back, if that was not now. */
  occurredAt?: Date;
}

export async function insertRefund(sql: Sql, refund: NewRefund): Promise<bigint> {
  const [row] = await sql.query<{ id: bigint }>(insertRefundRow, [
    refund.workspaceId,
    refund.programId,
    refund.paymentId,
    refund.refundKey,
    refund.source,
    refund.amountMinor,
    refund.currency,
    refund.reason,
    refund.isTest,
    refund.occurredAt ?? refund.at,
    refund.at,
  ]);
  return (row as { id: bigint }).id;
}

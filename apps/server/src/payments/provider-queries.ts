import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { PaymentFact } from './payment.ts';
import type { BookedRefund } from './plan-refunds.ts';
import type { ProviderDispute } from './provider-payment.ts';
import {
  factsPart,
  factValues,
  type KeyScope,
  type NewPayment,
  paymentColumns,
  type StoredDecision,
  type StoredPayment,
} from './queries.ts';

const keysOf = statement(
  'payments.find_by_keys',
  `select key, payment_id as id from payment_keys
   where workspace_id = $1 and scope = $2 and is_test = $3 and key = any($4::text[]) order by payment_id`,
);

/** Which payment a key is of. */
export interface KnownKey {
  key: string;
  id: bigint;
}

/** Which payment each of these keys is of; the earliest payment first. */
export async function findKeys(sql: Sql, scope: KeyScope, keys: readonly string[]): Promise<KnownKey[]> {
  if (keys.length === 0) return [];
  return sql.query(keysOf, [scope.workspaceId, scope.scope, scope.isTest, keys]);
}

const insertNew = statement(
  'payments.insert_of_provider',
  `with claimed as (
     insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
     values ($2, $1, $20, $6, nextval(pg_get_serial_sequence('payments', 'id')))
     on conflict do nothing
     returning payment_id
   ), ${factsPart('claimed.payment_id', 'from claimed')}, keys as (
     insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
     select $2, $1, $20, key, claimed.payment_id from claimed, unnest($23::text[]) as key order by key
     on conflict (workspace_id, scope, is_test, key) do update set payment_id = excluded.payment_id
     where payment_keys.payment_id <> excluded.payment_id
   ), claim as (
     insert into payment_claims (workspace_id, payment_id, claim) select $2, payment_id, $24 from claimed
   )
   select payment_id from claimed`,
);

/**
 * Stores a payment that a provider tells of, with every id it is known by. Undefined when a payment has its first id. Waits
 * for whoever is about to store one (see {@link claimKey}).
 */
export async function insertProviderPayment(
  trx: Transaction,
  scope: KeyScope,
  payment: Omit<NewPayment, 'id'>,
  fact: PaymentFact,
  otherKeys: readonly string[],
  claim: string,
): Promise<bigint | undefined> {
  const [row] = await trx.query<{ payment_id: bigint }>(insertNew, [
    scope.scope,
    ...factValues(payment, fact),
    otherKeys,
    claim,
  ]);
  return row?.payment_id;
}

const addKeys = statement(
  'payments.add_keys',
  `insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
   select $1, $2, $3, key, $5 from unnest($4::text[]) as key order by key
   on conflict (workspace_id, scope, is_test, key) do update set payment_id = excluded.payment_id
   where payment_keys.payment_id <> excluded.payment_id`,
);

/** Makes these the ids of one payment. One that was another's becomes this one's. */
export async function assignKeys(
  trx: Transaction,
  scope: KeyScope,
  keys: readonly string[],
  paymentId: bigint,
): Promise<void> {
  await trx.query(addKeys, [scope.workspaceId, scope.scope, scope.isTest, keys, paymentId]);
}

const restate = statement(
  'payments.restate',
  `update payments set customer_id = $3, occurred_at = $4, subscription_id = $5, is_recurring = $6, tax_minor = $7,
     shipping_minor = $8, email_hash = $9, product_id = $10, sale_type = $11
   where workspace_id = $1 and id = $2`,
);

/** What the provider says of a payment by now, if it is more than it said before. The money is never restated. */
export async function restatePayment(
  trx: Transaction,
  stored: PastPayment,
  fact: PaymentFact,
  customerId: bigint | null,
): Promise<boolean> {
  const emailHash = fact.email?.hash ?? null;
  const isSame =
    stored.customerId === customerId &&
    stored.occurredAt.getTime() === fact.occurredAt.getTime() &&
    stored.subscriptionId === fact.subscriptionId &&
    stored.isRecurring === fact.isRecurring &&
    stored.taxMinor === fact.taxMinor &&
    stored.shippingMinor === fact.shippingMinor &&
    (stored.emailHash?.toString('hex') ?? null) === (emailHash?.toString('hex') ?? null) &&
    stored.productId === fact.productId &&
    stored.saleType === fact.saleType;
  if (isSame) return false;
  await trx.query(restate, [
    stored.workspaceId,
    stored.id,
    customerId,
    fact.occurredAt,
    fact.subscriptionId,
    fact.isRecurring,
    fact.taxMinor,
    fact.shippingMinor,
    emailHash,
    fact.productId,
    fact.saleType,
  ]);
  return true;
}

const saveClaimOf = statement(
  'payments.save_claim',
  `insert into payment_claims (workspace_id, payment_id, claim) values ($1, $2, $3)
   on conflict (workspace_id, payment_id) do update set claim = excluded.claim`,
);

export async function saveClaim(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
  claim: string,
): Promise<void> {
  await trx.query(saveClaimOf, [payment.workspaceId, payment.id, claim]);
}

const deleteClaimOf = statement(
  'payments.delete_claim',
  'delete from payment_claims where workspace_id = $1 and payment_id = $2',
);

export async function deleteClaim(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
): Promise<void> {
  await trx.query(deleteClaimOf, [payment.workspaceId, payment.id]);
}

/** A payment of a customer's history, with the decision in force and what it gave. */
export interface PastPayment extends StoredPayment {
  programId: number;
  saleType: string;
  emailHash: Buffer | null;
  /** Null: the provider has no say in its decision. */
  claim: string | null;
  decision: StoredDecision | null;
  earned: boolean;
  earnedOneTime: boolean;
}

const pastColumns = `${paymentColumns},
  p.sale_type as "saleType", p.email_hash as "emailHash", c.claim, a.decision,
  (exists (select from commissions k where k.workspace_id = p.workspace_id and k.payment_id = p.id
          and k.superseded_at is null) or coalesce(a.decision ->> 'reason' = 'settled_elsewhere', false)) as earned,
  exists (select from commissions k where k.workspace_id = p.workspace_id and k.payment_id = p.id
          and k.superseded_at is null and k.type = 'cps_one_time') as "earnedOneTime"
  from payments p
  left join payment_claims c on c.workspace_id = p.workspace_id and c.payment_id = p.id
  left join lateral (
    select json_build_object('attributed', d.attributed, 'reason', d.reason, 'model', d.model,
      'windowDays', d.window_days, 'method', d.method, 'clickAgeDays', d.click_age_days, 'evidence', d.evidence,
      'candidates', d.candidates, 'credits', d.credits, 'arithmetic', d.arithmetic, 'policyId', d.policy_id,
      'warnings', d.warnings, 'cause', d.cause) as decision
    from attributions d where d.workspace_id = p.workspace_id and d.payment_id = p.id
    order by d.decision desc limit 1
  ) a on true`;

// In the order in which they were paid. The transaction id, not our number, settles a tie: numbers follow arrival.
const historyOf = statement(
  'payments.list_history',
  `select ${pastColumns}
   where p.workspace_id = $1 and p.customer_id = any($2::bigint[]) and not p.is_test
   order by p.occurred_at, p.transaction_id collate "C"`,
);

/** The payments of these customers. */
export function listHistories(
  trx: Transaction,
  workspaceId: number,
  customerIds: readonly bigint[],
): Promise<PastPayment[]> {
  return trx.query(historyOf, [workspaceId, customerIds]);
}

const pastById = statement(
  'payments.lock_past',
  `select ${pastColumns} where p.workspace_id = $1 and p.id = $2 for update of p`,
);

export async function lockPastPayment(
  trx: Transaction,
  workspaceId: number,
  paymentId: bigint,
): Promise<PastPayment | undefined> {
  const [row] = await trx.query<PastPayment>(pastById, [workspaceId, paymentId]);
  return row;
}

const pastByIds = statement(
  'payments.lock_past_many',
  `select ${pastColumns} where p.workspace_id = $1 and p.id = any($2::bigint[]) order by p.id for update of p`,
);

/** Several, locked one after the other in the order of their ids. */
export function lockPastPayments(
  trx: Transaction,
  workspaceId: number,
  paymentIds: readonly bigint[],
): Promise<PastPayment[]> {
  return trx.query(pastByIds, [workspaceId, paymentIds]);
}

const refreshRows = statement(
  'payments.refresh_customers',
  `update customers c set
     status = case when h.first is not null then 'conversion' when c.lead_at is not null then 'lead' else 'click' end,
     converted_at = h.first, bound_payment_id = b.payment_id
   from unnest($2::bigint[], $3::bigint[]) as b(customer_id, payment_id)
   cross join lateral (
     select min(p.occurred_at) as first from payments p
     where p.workspace_id = $1 and p.customer_id = b.customer_id and not p.is_test) h
   where c.workspace_id = $1 and c.id = b.customer_id
     and (c.converted_at is distinct from h.first or c.bound_payment_id is distinct from b.payment_id)`,
);

/** A customer and the payment that binds it to its partners. */
export interface Bound {
  customerId: bigint;
  paymentId: bigint | null;
}

/** What customers' payments say of them: since when they pay, and bound by which. */
export async function refreshCustomers(
  trx: Transaction,
  workspaceId: number,
  bound: readonly Bound[],
): Promise<void> {
  await trx.query(refreshRows, [
    workspaceId,
    bound.map(({ customerId }) => customerId),
    bound.map(({ paymentId }) => paymentId),
  ]);
}

const deleteVisitOf = statement(
  'payments.delete_inferred_visit',
  `delete from payment_visits where workspace_id = $1 and payment_id = $2 and matched_by <> 'session'`,
);

export async function deleteInferredVisit(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
): Promise<void> {
  await trx.query(deleteVisitOf, [payment.workspaceId, payment.id]);
}

const refundRowsOf = statement(
  'payments.list_refund_rows',
  `select id, refund_key as key, source, amount_minor as "amountMinor", occurred_at as "occurredAt",
     undone_at is not null as "isUndone"
   from refunds where workspace_id = $1 and payment_id = $2 and is_test = $3 order by id`,
);

/** Every refund of a payment, those that failed too. */
export function listRefundRows(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint; isTest: boolean },
): Promise<(BookedRefund & { occurredAt: Date })[]> {
  return trx.query(refundRowsOf, [payment.workspaceId, payment.id, payment.isTest]);
}

const undoRefundRow = statement(
  'payments.undo_refund',
  'update refunds set undone_at = $3 where workspace_id = $1 and id = $2',
);

export async function undoRefund(
  trx: Transaction,
  workspaceId: number,
  refundId: bigint,
  at: Date,
): Promise<void> {
  await trx.query(undoRefundRow, [workspaceId, refundId, at]);
}

const saveDisputeRow = statement(
  'payments.save_dispute',
  `insert into disputes as d (workspace_id, payment_id, dispute_key, amount_minor, state) values ($1, $2, $3, $4, $5)
   on conflict (workspace_id, payment_id, dispute_key) do update
     set amount_minor = excluded.amount_minor, state = excluded.state
     where (d.amount_minor, d.state) is distinct from (excluded.amount_minor, excluded.state)
   returning dispute_key`,
);

/** Whether that was news. */
export async function saveDispute(
  trx: Transaction,
  payment: { workspaceId: number; id: bigint },
  { key, amountMinor, state }: ProviderDispute,
): Promise<boolean> {
  const rows = await trx.query(saveDisputeRow, [payment.workspaceId, payment.id, key, amountMinor, state]);
  return rows.length > 0;
}

const disputesOf = statement(
  'payments.list_disputes',
  `select dispute_key as key, amount_minor as "amountMinor", state from disputes
   where workspace_id = $1 and payment_id = $2 order by dispute_key`,
);

export function listDisputes(
  sql: Sql,
  payment: { workspaceId: number; id: bigint },
): Promise<Omit<ProviderDispute, 'at'>[]> {
  return sql.query(disputesOf, [payment.workspaceId, payment.id]);
}

const keysOfPayment = statement(
  'payments.list_keys',
  `select key from payment_keys where workspace_id = $1 and payment_id = $2 order by key collate "C"`,
);

/** Every id a payment is known by. */
export async function listKeys(sql: Sql, payment: { workspaceId: number; id: bigint }): Promise<string[]> {
  const rows = await sql.query<{ key: string }>(keysOfPayment, [payment.workspaceId, payment.id]);
  return rows.map(({ key }) => key);
}

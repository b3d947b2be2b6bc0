import { PaymentItem, PaymentsQuery, paymentStatuses } from '@headwater/contract';
import { sql } from 'kysely';
import {
  type ActivityFilter,
  AppError,
  afterCursor,
  type Db,
  exactInstant,
  type Hasher,
  kysely,
  type Postgres,
  type Route,
  readActivityFilter,
  readChoice,
  toPage,
} from '../platform/index.ts';
import { type Directory, getOwnProgram, listRoute } from '../workspaces/index.ts';
import { type PaymentSearch, searchPayments } from './search-payments.ts';

type PaymentStatus = PaymentItem['status'];

/** GET /api/v1/programs/:id/payments: a program's payments by when they were made, newest first. */
export function listPaymentsRoute(deps: {
  postgres: Postgres;
  directory: Directory;
  hasher: Hasher;
}): Route[] {
  const db = kysely(deps.postgres);
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/payments',
        scope: 'program:read',
        tag: 'Activity',
        summary: 'List payments, newest first',
        query: PaymentsQuery,
        answer: PaymentItem,
        async handle(call, manager) {
          const program = await getOwnProgram(deps.directory, manager, call.params.id);
          const filter = readActivityFilter(call.query);
          const status = readChoice(call.query, 'status', paymentStatuses);
          const text = readSearch(call.query);
          const search =
            text === undefined ? undefined : await searchPayments(deps.postgres, deps.hasher, program, text);
          const rows = await listPaymentRows(db, program, filter, status, search);
          return toPage(rows, filter.limit, toPaymentItem, (row) => [row.occurred_at_exact, row.id]);
        },
      },
      deps.directory,
    ),
  ];
}

/**
 * The payments of a page, by their ids alone: what is told of each besides is looked up for those that are shown, and not for
 * all that had to be gone through to find them.
 */
function wantedPayments(
  db: Db,
  program: { workspaceId: number; id: number },
  filter: ActivityFilter,
  status: PaymentStatus | undefined,
  search: PaymentSearch | undefined,
) {
  let query = db
    .selectFrom('payments as p')
    .where('p.workspace_id', '=', program.workspaceId)
    .where('p.program_id', '=', program.id)
    // Written out, so that the index of test payments can be used.
    .where(filter.isTest ? sql<boolean>`p.is_test` : sql<boolean>`not p.is_test`);
  if (filter.from !== undefined) query = query.where('p.occurred_at', '>=', filter.from);
  if (filter.before !== undefined) query = query.where('p.occurred_at', '<', filter.before);
  if (filter.partnerId !== undefined) query = query.where(isCreditedTo(filter.partnerId));
  if (status !== undefined) query = query.where(hasStatus(status, program, filter.isTest));
  if (search?.kind === 'these') query = query.where(sql<boolean>`p.id = any(${search.ids}::bigint[])`);
  if (search?.kind === 'prefix') query = query.where('p.transaction_id', 'like', search.pattern);
  if (filter.cursor !== undefined) query = query.where(afterCursor('p.occurred_at', 'p.id', filter.cursor));
  return query
    .select(['p.workspace_id', 'p.id'])
    .orderBy('p.occurred_at', 'desc')
    .orderBy('p.id', 'desc')
    .limit(filter.limit + 1);
}

/** Few payments have refunds: those are found by their refunds, and not all others looked through. */
function hasStatus(status: PaymentStatus, program: { workspaceId: number; id: number }, isTest: boolean) {
  if (status === 'paid') {
    return sql<boolean>`not exists (
      select from refunds back where back.workspace_id = p.workspace_id and back.payment_id = p.id
        and back.is_test = p.is_test and back.undone_at is null and back.amount_minor > 0)`;
  }
  const isWhole = status === 'refunded';
  return sql<boolean>`(p.id, ${isWhole}::boolean) in (
    select back.payment_id, sum(back.amount_minor) >= paid.amount_minor
    from refunds back
    join payments paid on paid.workspace_id = back.workspace_id and paid.id = back.payment_id
    where back.workspace_id = ${program.workspaceId} and back.program_id = ${program.id}
      and back.is_test = ${isTest}::boolean and back.undone_at is null
    group by back.payment_id, paid.amount_minor having sum(back.amount_minor) > 0)`;
}

/** Each payment with the decision in force, its largest commission, and what went back of it. */
function paymentRows(db: Db, wanted: ReturnType<typeof wantedPayments>) {
  return db
    .selectFrom(wanted.as('wanted'))
    .innerJoin('payments as p', (join) =>
      join.onRef('p.workspace_id', '=', 'wanted.workspace_id').onRef('p.id', '=', 'wanted.id'),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('attributions as a')
          .whereRef('a.workspace_id', '=', 'p.workspace_id')
          .whereRef('a.payment_id', '=', 'p.id')
          .orderBy('a.decision', 'desc')
          .limit(1)
          .select(['a.attributed', 'a.reason'])
          // Credited without a commission: the partner stands in the decision only.
          .select(sql<number | null>`(a.credits -> 0 ->> 'partnerId')::integer`.as('partner_id'))
          .as('decision'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('commissions as c')
          .whereRef('c.workspace_id', '=', 'p.workspace_id')
          .whereRef('c.payment_id', '=', 'p.id')
          .where('c.superseded_at', 'is', null)
          .orderBy('c.amount_minor', 'desc')
          .orderBy('c.id')
          .limit(1)
          .select(['c.id', 'c.partner_id'])
          .as('commission'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('refunds as r')
          .whereRef('r.workspace_id', '=', 'p.workspace_id')
          .whereRef('r.payment_id', '=', 'p.id')
          .whereRef('r.is_test', '=', 'p.is_test')
          .where('r.undone_at', 'is', null)
          .select(sql<bigint>`coalesce(sum(r.amount_minor), 0)::bigint`.as('amount_minor'))
          .as('refunded'),
      (join) => join.onTrue(),
    );
}

const statusOf = sql<PaymentStatus>`case
  when refunded.amount_minor = 0 then 'paid'
  when refunded.amount_minor < p.amount_minor then 'partially_refunded'
  else 'refunded' end`;

function listPaymentRows(
  db: Db,
  program: { workspaceId: number; id: number },
  filter: ActivityFilter,
  status: PaymentStatus | undefined,
  search: PaymentSearch | undefined,
) {
  return paymentRows(db, wantedPayments(db, program, filter, status, search))
    .select(['p.id', 'p.transaction_id', 'p.source', 'p.amount_minor', 'p.currency', 'p.customer_id'])
    .select(['p.occurred_at', 'p.is_test', 'decision.attributed', 'decision.reason'])
    .select([
      'commission.id as commission_id',
      'refunded.amount_minor as refunded_minor',
      statusOf.as('status'),
    ])
    .select(sql<number | null>`coalesce(commission.partner_id, decision.partner_id)`.as('partner_id'))
    .select(exactInstant('p.occurred_at').as('occurred_at_exact'))
    .orderBy('p.occurred_at', 'desc')
    .orderBy('p.id', 'desc')
    .execute();
}

/** `search` of the list; 400 `search is invalid`. */
function readSearch({ search }: Readonly<Record<string, unknown>>): string | undefined {
  if (search === undefined || search === '') return undefined;
  if (typeof search !== 'string' || search.length > 255 || search.includes('\u0000'))
    throw new AppError('invalid_request', 'search is invalid');
  return search.trim() || undefined;
}

/** Credited by the decision, or holding any share of the commission. */
function isCreditedTo(partnerId: number) {
  return sql<boolean>`(exists (
    select from commissions share
    where share.workspace_id = p.workspace_id and share.payment_id = p.id and share.partner_id = ${partnerId}
      and share.superseded_at is null)
    or ${partnerId} = (
      select (a.credits -> 0 ->> 'partnerId')::integer from attributions a
      where a.workspace_id = p.workspace_id and a.payment_id = p.id order by a.decision desc limit 1))`;
}

function toPaymentItem(row: Awaited<ReturnType<typeof listPaymentRows>>[number]): PaymentItem {
  return {
    id: Number(row.id),
    transaction_id: row.transaction_id,
    source: row.source,
    status: row.status,
    amount_cents: Number(row.amount_minor),
    refunded_cents: Number(row.refunded_minor ?? 0),
    currency: row.currency,
    customer_id: row.customer_id === null ? null : Number(row.customer_id),
    occurred_at: row.occurred_at.toISOString(),
    attributed: row.attributed ?? false,
    reason: row.reason,
    partner_id: row.partner_id,
    commission_id: row.commission_id === null ? null : Number(row.commission_id),
    is_test: row.is_test,
  };
}

import { CommissionItem, CommissionsQuery, commissionStatuses } from '@headwater/contract';
import {
  type ActivityFilter,
  type Db,
  kysely,
  type Page,
  type Postgres,
  type Route,
  readActivityFilter,
  readChoice,
  toPage,
} from '../platform/index.ts';
import { type Directory, getOwnProgram, listRoute } from '../workspaces/index.ts';

/**
 * GET /api/v1/programs/:id/commissions: what a program's partners earned, newest first. The status is where the money
 * stands in the ledger. Test events earn nothing, so `is_test=true` is an empty list.
 */
export function listCommissionsRoute(deps: { postgres: Postgres; directory: Directory }): Route[] {
  const db = kysely(deps.postgres);
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/commissions',
        scope: 'program:read',
        tag: 'Activity',
        summary: 'List commissions, newest first',
        query: CommissionsQuery,
        answer: CommissionItem,
        async handle(call, manager) {
          const program = await getOwnProgram(deps.directory, manager, call.params.id);
          const filter = readActivityFilter(call.query, ['longId']);
          const status = readChoice(call.query, 'status', commissionStatuses);
          const rows = filter.isTest
            ? []
            : await listCommissionRows(db, manager.workspaceId, program.id, filter, status);
          return toPage(rows, filter.limit, toCommissionItem, (row) => [row.id]);
        },
      },
      deps.directory,
    ),
  ];
}

/** What one partner earned in a program, newest first; filter `status`. */
export async function listCommissionsOfPartner(
  db: Db,
  program: { workspaceId: number; id: number },
  partnerId: number,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<CommissionItem>> {
  const { limit, cursor } = readActivityFilter(query, ['longId']);
  const status = readChoice(query, 'status', commissionStatuses);
  const filter = { limit, cursor, partnerId, from: undefined, before: undefined, isTest: false };
  const rows = await listCommissionRows(db, program.workspaceId, program.id, filter, status);
  return toPage(rows, limit, toCommissionItem, (row) => [row.id]);
}

function listCommissionRows(
  db: Db,
  workspaceId: number,
  programId: number,
  filter: ActivityFilter,
  status: string | undefined,
) {
  const seen = filter.cursor?.[0];
  let query = withStanding(db)
    .where('c.workspace_id', '=', workspaceId)
    .where('c.program_id', '=', programId);
  if (filter.from !== undefined) query = query.where('c.created_at', '>=', filter.from);
  if (filter.before !== undefined) query = query.where('c.created_at', '<', filter.before);
  if (filter.partnerId !== undefined) query = query.where('c.partner_id', '=', filter.partnerId);
  if (status !== undefined) query = query.where('s.status', '=', status);
  if (seen !== undefined) query = query.where('c.id', '<', BigInt(seen));
  return query
    .orderBy('c.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
}

/** These commissions as they go on the wire, in the order of their ids. */
export async function listCommissionItems(
  db: Db,
  workspaceId: number,
  commissionIds: readonly bigint[],
): Promise<CommissionItem[]> {
  if (commissionIds.length === 0) return [];
  const rows = await withStanding(db)
    .where('c.workspace_id', '=', workspaceId)
    .where('c.id', 'in', [...commissionIds])
    .orderBy('c.id')
    .execute();
  return rows.map(toCommissionItem);
}

/** Commissions with where their money stands and what a person last said of them. */
function withStanding(db: Db) {
  return db
    .selectFrom('commissions as c')
    .innerJoin('commission_standings as s', (join) =>
      join.onRef('s.workspace_id', '=', 'c.workspace_id').onRef('s.id', '=', 'c.id'),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('commission_reviews as r')
          .whereRef('r.workspace_id', '=', 'c.workspace_id')
          .whereRef('r.commission_id', '=', 'c.id')
          .orderBy('r.id', 'desc')
          .limit(1)
          .select(['r.verdict', 'r.reason', 'r.reviewed_by', 'r.reviewed_at'])
          .as('r'),
      (join) => join.onTrue(),
    )
    .select(['c.id', 'c.payment_id', 'c.partner_id', 'c.type', 'c.amount_minor', 'c.currency'])
    .select(['c.hold_until', 'c.created_at', 's.status', 's.reversed_minor'])
    .select(['r.verdict', 'r.reason', 'r.reviewed_by', 'r.reviewed_at']);
}

function toCommissionItem(row: Awaited<ReturnType<typeof listCommissionRows>>[number]): CommissionItem {
  return {
    id: Number(row.id),
    payment_id: row.payment_id === null ? null : Number(row.payment_id),
    partner_id: row.partner_id,
    type: row.type,
    status: row.status as CommissionItem['status'],
    amount_cents: Number(row.amount_minor),
    reversed_cents: Number(row.reversed_minor),
    currency: row.currency,
    hold_until: row.hold_until.toISOString(),
    created_at: row.created_at.toISOString(),
    review:
      row.verdict === null || row.reviewed_at === null
        ? null
        : {
            verdict: row.verdict,
            reason: row.reason ?? '',
            by: row.reviewed_by ?? '',
            at: row.reviewed_at.toISOString(),
          },
  };
}

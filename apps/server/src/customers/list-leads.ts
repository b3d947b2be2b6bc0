import { LeadItem, LeadsQuery, leadStatuses } from '@headwater/contract';
import { sql } from 'kysely';
import {
  type ActivityFilter,
  afterCursor,
  type Db,
  exactInstant,
  kysely,
  type Postgres,
  type Route,
  readActivityFilter,
  readChoice,
  toPage,
} from '../platform/index.ts';
import { type Directory, getOwnProgram, listRoute } from '../workspaces/index.ts';

type LeadStatus = LeadItem['status'];

/**
 * GET /api/v1/programs/:id/leads: a program's sign-ups, newest first. `status` `provisional` are those that a browser
 * told of and nobody has settled yet.
 */
export function listLeadsRoute(deps: { postgres: Postgres; directory: Directory }): Route[] {
  const db = kysely(deps.postgres);
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/leads',
        scope: 'program:read',
        tag: 'Activity',
        summary: 'List leads, newest first',
        query: LeadsQuery,
        answer: LeadItem,
        async handle(call, manager) {
          const program = await getOwnProgram(deps.directory, manager, call.params.id);
          const filter = readActivityFilter(call.query);
          const status = readChoice(call.query, 'status', leadStatuses);
          const rows = await listLeadRows(db, manager.workspaceId, program.id, filter, status);
          return toPage(rows, filter.limit, toLeadItem, (row) => [row.created_at_exact, row.id]);
        },
      },
      deps.directory,
    ),
  ];
}

const isProvisional = sql<boolean>`(l.provisional and l.settled_at is null)`;

function listLeadRows(
  db: Db,
  workspaceId: number,
  programId: number,
  filter: ActivityFilter,
  status: LeadStatus | undefined,
) {
  let query = db
    .selectFrom('leads as l')
    .where('l.workspace_id', '=', workspaceId)
    .where('l.program_id', '=', programId)
    .where('l.is_test', '=', filter.isTest);
  if (filter.from !== undefined) query = query.where('l.created_at', '>=', filter.from);
  if (filter.before !== undefined) query = query.where('l.created_at', '<', filter.before);
  if (filter.partnerId !== undefined) query = query.where('l.partner_id', '=', filter.partnerId);
  if (status !== undefined) query = query.where(isProvisional, '=', status === 'provisional');
  if (filter.cursor !== undefined) query = query.where(afterCursor('l.created_at', 'l.id', filter.cursor));
  return query
    .select(['l.id', 'l.customer_id', 'l.customer_key', 'l.email_masked', 'l.partner_id', 'l.created_at'])
    .select([
      'l.is_test',
      isProvisional.as('is_provisional'),
      exactInstant('l.created_at').as('created_at_exact'),
    ])
    .orderBy('l.created_at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
}

function toLeadItem(row: Awaited<ReturnType<typeof listLeadRows>>[number]): LeadItem {
  return {
    id: Number(row.id),
    customer_id: row.customer_id === null ? null : Number(row.customer_id),
    customer_key: row.customer_key,
    email_masked: row.email_masked,
    partner_id: row.partner_id,
    status: row.is_provisional ? 'provisional' : 'settled',
    created_at: row.created_at.toISOString(),
    is_test: row.is_test,
  };
}

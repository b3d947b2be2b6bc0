import { ClickItem, ClicksQuery } from '@headwater/contract';
import {
  type ActivityFilter,
  afterCursor,
  type Db,
  exactInstant,
  kysely,
  type Postgres,
  type Route,
  readActivityFilter,
  toPage,
} from '../platform/index.ts';
import { type Directory, getOwnProgram, listRoute } from '../workspaces/index.ts';
import type { TouchContext } from './context.ts';

/** GET /api/v1/programs/:id/clicks: the landings through a program's links, newest first. */
export function listClicksRoute(deps: { postgres: Postgres; directory: Directory }): Route[] {
  const db = kysely(deps.postgres);
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/clicks',
        scope: 'program:read',
        tag: 'Activity',
        summary: 'List clicks, newest first',
        query: ClicksQuery,
        answer: ClickItem,
        async handle(call, manager) {
          const program = await getOwnProgram(deps.directory, manager, call.params.id);
          const filter = readActivityFilter(call.query);
          const rows = await listClickRows(db, manager.workspaceId, program.id, filter);
          return toPage(rows, filter.limit, toClickItem, (row) => [row.clicked_at_exact, row.id]);
        },
      },
      deps.directory,
    ),
  ];
}

function listClickRows(db: Db, workspaceId: number, programId: number, filter: ActivityFilter) {
  let query = db
    .selectFrom('clicks as c')
    .where('c.workspace_id', '=', workspaceId)
    .where('c.program_id', '=', programId)
    .where('c.is_test', '=', filter.isTest);
  if (filter.from !== undefined) query = query.where('c.clicked_at', '>=', filter.from);
  if (filter.before !== undefined) query = query.where('c.clicked_at', '<', filter.before);
  if (filter.partnerId !== undefined) query = query.where('c.partner_id', '=', filter.partnerId);
  if (filter.cursor !== undefined) query = query.where(afterCursor('c.clicked_at', 'c.id', filter.cursor));
  return query
    .select(['c.id', 'c.click_id', 'c.partner_id', 'c.link_id', 'c.clicked_at', 'c.is_test', 'c.context'])
    .select(exactInstant('c.clicked_at').as('clicked_at_exact'))
    .orderBy('c.clicked_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
}

function toClickItem(row: Awaited<ReturnType<typeof listClickRows>>[number]): ClickItem {
  const context = row.context as TouchContext;
  return {
    id: row.click_id,
    partner_id: row.partner_id,
    link_id: row.link_id,
    clicked_at: row.clicked_at.toISOString(),
    landing_page: context.landing_page ?? null,
    referrer: context.referrer ?? null,
    utm_source: context.source ?? null,
    utm_medium: context.medium ?? null,
    utm_campaign: context.campaign ?? null,
    utm_term: context.term ?? null,
    utm_content: context.content ?? null,
    channel: context.channel ?? null,
    country: context.country ?? null,
    region: context.region ?? null,
    city: context.city ?? null,
    device: context.device ?? null,
    browser: context.browser ?? null,
    os: context.os ?? null,
    is_test: row.is_test,
  };
}

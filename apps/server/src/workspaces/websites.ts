import type { CreateWebsiteRequest, UpdateWebsiteRequest, WebsiteRecord } from '@headwater/contract';
import { AppError, invariant, newId, type Page, readCursor, readLimit, toPage } from '../platform/index.ts';
import { getOpenProgram } from './own-program.ts';
import { insertToken } from './program-queries.ts';
import { type Actor, change, clearable, type SetUp } from './set-up.ts';
import { readDomain, readOrigins, readTimeZone } from './site.ts';
import {
  findWebsiteRow,
  insertWebsite,
  listWebsites as listRows,
  lockWebsite,
  updateWebsiteRow,
  type WebsiteRow,
} from './website-queries.ts';

/**
 * A new tracked site with its token (shown here and never again), bound to a program when one is named: 404 for a
 * program the actor cannot see, 409 when that one has a website. A key limited to some programs must name one.
 */
export async function createWebsite(
  setUp: SetUp,
  actor: Actor,
  request: CreateWebsiteRequest,
): Promise<WebsiteRecord> {
  const domain = readDomain(request.domain);
  const timezone = readTimeZone(request.timezone ?? 'UTC');
  const allowedOrigins = readOrigins(request.allowed_origins ?? []);
  if (actor.programScope !== null && request.program_id === undefined) {
    throw new AppError('missing_permission', 'Missing permission: program:update');
  }
  const program =
    request.program_id === undefined
      ? null
      : await getOpenProgram(setUp.directory, actor, request.program_id);
  const websiteId = newId('web');
  const now = setUp.clock.now();
  const act = ({ api_token: _, ...made }: WebsiteRecord) => ({
    act: 'website.create',
    programId: made.program_id,
    subject: `website ${made.website_id}`,
    details: made,
  });
  return change(setUp, actor, act, async (trx) => {
    await insertWebsite(trx, {
      workspace_id: actor.workspaceId,
      id: websiteId,
      domain,
      name: request.name?.trim() || domain,
      timezone,
      currency: (request.currency ?? 'USD').toUpperCase(),
      program_id: program?.id ?? null,
      allowed_origins: allowedOrigins,
      retention_days: request.retention_days ?? null,
      created_at: now,
    });
    const token = await insertToken(trx, actor.workspaceId, { kind: 'website', websiteId }, now);
    const row = await findWebsiteRow(trx, actor, websiteId);
    invariant(row, 'a website just made is there');
    return { ...toWebsiteRecord(row), api_token: token };
  });
}

/** Changes what was sent; `program_id: null` unbinds. 404 `Website not found`. */
export async function updateWebsite(
  setUp: SetUp,
  actor: Actor,
  websiteId: string,
  request: UpdateWebsiteRequest,
  body: Readonly<Record<string, unknown>>,
): Promise<WebsiteRecord> {
  // What no website was ever called is not asked for: PostgreSQL cannot even hold all that a path can.
  if (!/^web_[\w-]{22}$/.test(websiteId)) throw new AppError('website_not_found');
  const sentProgram = clearable(body, 'program_id', request.program_id);
  const changes = {
    domain: request.domain === undefined ? undefined : readDomain(request.domain),
    name: request.name?.trim() || undefined,
    timezone: request.timezone === undefined ? undefined : readTimeZone(request.timezone),
    currency: request.currency?.toUpperCase(),
    allowed_origins: request.allowed_origins && readOrigins(request.allowed_origins),
    retention_days: clearable(body, 'retention_days', request.retention_days),
  };
  const program =
    sentProgram === undefined || sentProgram === null
      ? null
      : await getOpenProgram(setUp.directory, actor, sentProgram);
  const act = (row: WebsiteRecord) => ({
    act: 'website.update',
    programId: row.program_id,
    subject: `website ${row.website_id}`,
    details: { ...changes, program_id: sentProgram },
  });
  return change(setUp, actor, act, async (trx) => {
    const website = await lockWebsite(trx, actor, websiteId);
    if (website === undefined) throw new AppError('website_not_found');
    await updateWebsiteRow(trx, actor.workspaceId, websiteId, {
      ...changes,
      program_id: sentProgram === undefined ? undefined : (program?.id ?? null),
    });
    // Unbound by a key limited to programs, the website is out of that key's sight, but this answer is still its own.
    const row = await findWebsiteRow(trx, { ...actor, programScope: null }, websiteId);
    invariant(row, 'a locked website is there');
    return toWebsiteRecord(row);
  });
}

/** The websites the actor may touch, newest first. */
export async function listWebsites(
  setUp: SetUp,
  actor: Actor,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<WebsiteRecord>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['instant', 'opaque']);
  const rows = await listRows(setUp.db, actor, before, limit + 1);
  return toPage(rows, limit, toWebsiteRecord, (row) => [row.created_at_exact, row.id]);
}

function toWebsiteRecord(row: WebsiteRow): WebsiteRecord {
  return {
    website_id: row.id,
    domain: row.domain,
    name: row.name,
    timezone: row.timezone,
    currency: row.currency,
    program_id: row.program_id,
    allowed_origins: row.allowed_origins,
    retention_days: row.retention_days,
    api_token_masked: row.api_token_masked,
    created_at: row.created_at.toISOString(),
  };
}

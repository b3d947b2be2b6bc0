import type { LinkRecord } from '@headwater/contract';
import { type Page, readCursor, readIdFilter, readLimit, toPage } from '../platform/index.ts';
import { listLinks as listRows } from './link-queries.ts';
import { toLinkRecord } from './link-record.ts';
import { getOwnProgram } from './own-program.ts';
import type { Actor, SetUp } from './set-up.ts';

/** The links of a program, newest first; filter `partner_id`. */
export async function listLinks(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<LinkRecord>> {
  const program = await getOwnProgram(setUp.directory, actor, programId);
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const partnerId = readIdFilter(query, 'partner_id');
  const rows = await listRows(setUp.db, actor.workspaceId, program.id, {
    partnerId,
    before,
    limit: limit + 1,
  });
  return toPage(rows, limit, toLinkRecord, (row) => [row.id]);
}

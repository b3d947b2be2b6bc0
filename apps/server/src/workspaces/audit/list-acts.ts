import type { AuditEntry } from '@headwater/contract';
import {
  AppError,
  type Page,
  readCursor,
  readIdFilter,
  readLimit,
  readRange,
  type Sql,
  toPage,
} from '../../platform/index.ts';
import { type ActRow, listActRows } from './queries.ts';

/** A workspace's acts, the latest first. A key that is limited to some programs sees the acts on those. */
export async function listActs(
  sql: Sql,
  actor: { workspaceId: number; programScope: readonly number[] | null },
  query: Readonly<Record<string, unknown>>,
): Promise<Page<AuditEntry>> {
  const limit = readLimit(query);
  const { from, before: until } = readRange(query);
  const { act } = query;
  if (act !== undefined && (typeof act !== 'string' || !/^[a-z_.]{1,64}$/.test(act))) {
    throw new AppError('invalid_request', 'act is invalid');
  }
  const seen = readCursor(query, ['longId'])?.[0];
  const rows = await listActRows(sql, {
    workspaceId: actor.workspaceId,
    programScope: actor.programScope,
    before: seen === undefined ? null : BigInt(seen),
    programId: readIdFilter(query, 'program_id') ?? null,
    act: act ?? null,
    from: from ?? null,
    until: until ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toEntry, (row) => [row.seq]);
}

function toEntry(row: ActRow): AuditEntry {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: row.actor,
    act: row.act,
    program_id: row.program_id,
    subject: row.subject,
    reason: row.reason,
    details: row.details,
    hash: row.hash.toString('hex'),
  };
}

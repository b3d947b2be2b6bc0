import { enrollmentStatuses, type PartnerRecord } from '@headwater/contract';
import {
  AppError,
  type Page,
  readChoice,
  readCursor,
  readLimit,
  smallId,
  toPage,
} from '../platform/index.ts';
import { getOwnProgram } from './own-program.ts';
import { findPartnerRow, listPartners as listRows } from './partner-queries.ts';
import { toPartnerRecord } from './partner-record.ts';
import type { Actor, SetUp } from './set-up.ts';

/** The partners of a program, newest first; filter `status`. */
export async function listPartners(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<PartnerRecord>> {
  const program = await getOwnProgram(setUp.directory, actor, programId);
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const status = readChoice(query, 'status', enrollmentStatuses);
  const rows = await listRows(setUp.db, actor.workspaceId, program.id, { status, before, limit: limit + 1 });
  return toPage(rows, limit, toPartnerRecord, (row) => [row.id]);
}

/** A partner of a program; 404 `Partner not found` for one who is not in it. */
export async function getPartnerRecord(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  partnerId: unknown,
): Promise<PartnerRecord> {
  const program = await getOwnProgram(setUp.directory, actor, programId);
  const id = smallId(partnerId);
  const row =
    id === undefined ? undefined : await findPartnerRow(setUp.db, actor.workspaceId, program.id, id);
  if (row === undefined) throw new AppError('partner_not_found');
  return toPartnerRecord(row);
}

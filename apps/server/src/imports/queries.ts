import type { ImportKind, PlausibleTable } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { MappedField } from './mapping.ts';

/** What an import was begun with, besides its file. No value of any row is among it. */
export interface Settings {
  fields: MappedField[];
  table: PlausibleTable | null;
  currency: string | null;
  commissions: boolean;
}

export interface StoredSum {
  currency: string;
  payments: number;
  amount_cents: number;
  refunded_cents: number;
  attributed_cents: number;
  commission_cents: number;
}

export interface StoredImport {
  workspaceId: number;
  id: bigint;
  kind: ImportKind;
  programId: number | null;
  websiteId: string | null;
  fileName: string | null;
  settings: Settings;
  dryRun: boolean;
  rows: number;
  rowsRead: number;
  taken: number;
  alreadyThere: number;
  refused: number;
  sums: StoredSum[];
  createdBy: string;
  createdAt: Date;
  doneAt: Date | null;
  nextPart: number;
}

const columns = `
  i.workspace_id as "workspaceId", i.id, i.kind, i.program_id as "programId", i.website_id as "websiteId",
  i.file_name as "fileName", i.settings, i.dry_run as "dryRun", i.rows, i.rows_read as "rowsRead", i.taken,
  i.already_there as "alreadyThere", i.refused, i.sums, i.created_by as "createdBy", i.created_at as "createdAt",
  i.done_at as "doneAt", i.next_part as "nextPart"
  from imports i`;

const insert = statement(
  'imports.insert',
  `insert into imports (workspace_id, kind, program_id, website_id, file_name, identity, settings, dry_run, rows,
     created_by, created_at, done_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $9 = 0 then $11::timestamptz end)
   on conflict (workspace_id, identity) where done_at is null and not dry_run do nothing
   returning id`,
);

export type NewImport = Pick<
  StoredImport,
  | 'workspaceId'
  | 'kind'
  | 'programId'
  | 'websiteId'
  | 'fileName'
  | 'settings'
  | 'dryRun'
  | 'rows'
  | 'createdBy'
  | 'createdAt'
> & { identity: Buffer };

/** Undefined: one of this file, place and settings is running. */
export async function insertImport(sql: Sql, made: NewImport): Promise<bigint | undefined> {
  const { workspaceId, kind, programId, websiteId, fileName, identity, settings, dryRun, rows } = made;
  const [row] = await sql.query<{ id: bigint }>(insert, [
    ...[workspaceId, kind, programId, websiteId, fileName, identity, JSON.stringify(settings), dryRun, rows],
    ...[made.createdBy, made.createdAt],
  ]);
  return row?.id;
}

const findOne = statement('imports.find', `select ${columns} where i.workspace_id = $1 and i.id = $2`);

export async function findImport(
  sql: Sql,
  workspaceId: number,
  id: bigint,
): Promise<StoredImport | undefined> {
  const [row] = await sql.query<StoredImport>(findOne, [workspaceId, id]);
  return row;
}

const findTheRunning = statement(
  'imports.find_running',
  `select ${columns} where i.workspace_id = $1 and i.identity = $2 and i.done_at is null and not i.dry_run`,
);

export async function findRunning(
  sql: Sql,
  workspaceId: number,
  identity: Buffer,
): Promise<StoredImport | undefined> {
  const [row] = await sql.query<StoredImport>(findTheRunning, [workspaceId, identity]);
  return row;
}

// $4: the programs that the key may touch; null: all. An import of a website is seen with its program.
const listAll = statement(
  'imports.list',
  `select ${columns} where i.workspace_id = $1 and ($2::bigint is null or i.id < $2)
     and ($4::integer[] is null or coalesce(i.program_id,
       (select w.program_id from websites w where w.workspace_id = i.workspace_id and w.id = i.website_id)) = any($4))
   order by i.id desc limit $3`,
);

export function listImports(
  sql: Sql,
  workspaceId: number,
  before: bigint | null,
  limit: number,
  programScope: readonly number[] | null,
): Promise<StoredImport[]> {
  return sql.query<StoredImport>(listAll, [workspaceId, before, limit, programScope]);
}

const lockPlace = statement(
  'imports.lock_place',
  `select pg_advisory_xact_lock(hashtextextended('imports of ' || $1::text, 0))`,
);

/** Imports into one place come one part after the other: overlapping files would wait for each other's rows. */
export async function lockImportsOf(trx: Transaction, place: string): Promise<void> {
  await trx.query(lockPlace, [place]);
}

/** What was answered for a part. */
export interface StoredPart {
  digest: Buffer;
  taken: number;
  alreadyThere: number;
  refused: { line: number; reason: string }[];
}

const findOnePart = statement(
  'imports.find_part',
  `select digest, taken, already_there as "alreadyThere", refused
   from import_parts where workspace_id = $1 and import_id = $2 and part = $3`,
);

export async function findPart(
  sql: Sql,
  key: { workspaceId: number; id: bigint },
  part: number,
): Promise<StoredPart | undefined> {
  const [row] = await sql.query<StoredPart>(findOnePart, [key.workspaceId, key.id, part]);
  return row;
}

const insertOnePart = statement(
  'imports.insert_part',
  `insert into import_parts (workspace_id, import_id, part, digest, taken, already_there, refused)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const count = statement(
  'imports.count',
  `update imports set rows_read = rows_read + $3::integer + $4 + $5, taken = taken + $3, already_there = already_there + $4,
     refused = refused + $5, sums = $6,
     done_at = case when rows_read + $3 + $4 + $5 = rows then $7::timestamptz end,
     next_part = case when next_part <> $8 then next_part else (
       select min(p.part) + 1 from import_parts p
       where p.workspace_id = $1 and p.import_id = $2 and p.part >= $8
         and not exists (select from import_parts after
           where after.workspace_id = $1 and after.import_id = $2 and after.part = p.part + 1)) end
   where workspace_id = $1 and id = $2`,
);

/** Writes a part down and counts it. */
export async function savePart(
  trx: Transaction,
  key: { workspaceId: number; id: bigint },
  part: number,
  answer: StoredPart,
  sums: readonly StoredSum[],
  now: Date,
): Promise<void> {
  const { digest, taken, alreadyThere, refused } = answer;
  const own = [key.workspaceId, key.id];
  await trx.query(insertOnePart, [...own, part, digest, taken, alreadyThere, JSON.stringify(refused)]);
  await trx.query(count, [...own, taken, alreadyThere, refused.length, JSON.stringify(sums), now, part]);
}

const refusedRows = statement(
  'imports.list_refused',
  `select r.line, r.reason
   from import_parts p cross join lateral json_to_recordset(p.refused) as r(line integer, reason text)
   where p.workspace_id = $1 and p.import_id = $2 order by r.line limit $3`,
);

export function listRefused(
  sql: Sql,
  key: { workspaceId: number; id: bigint },
  limit: number,
): Promise<{ line: number; reason: string }[]> {
  return sql.query(refusedRows, [key.workspaceId, key.id, limit]);
}

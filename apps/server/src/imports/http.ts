import {
  type ImportedDay,
  ImportedDay as ImportedDaySchema,
  ImportedDaysQuery,
  ImportItem,
  ImportPartAnswer,
  ImportQuery,
  ImportRowsRequest,
  plausibleTables,
  StartImportRequest,
} from '@headwater/contract';
import { stringify } from 'csv-stringify/sync';
import Type from 'typebox';
import type { FeeSettings } from '../payments/index.ts';
import {
  AppError,
  createTurns,
  type Hasher,
  invariant,
  type ManagementPrincipal,
  type Route,
  readChoice,
  readCursor,
  reader,
  readLimit,
  readRange,
  toPage,
  wholeNumber,
} from '../platform/index.ts';
import { dataRoute, getOwnProgram, getOwnWebsite, listRoute } from '../workspaces/index.ts';
import { listCounts, type NewCount } from './day-queries.ts';
import * as queries from './queries.ts';
import { type ImportDeps, startImport } from './start-import.ts';
import { takePart } from './take-part.ts';

const tag = 'Imports';
const startReader = reader(StartImportRequest);
const rowsReader = reader(ImportRowsRequest);
/** More are to be had from the parts' own answers. */
const maxRefusedLines = 200_000;

export function importRoutes(options: ImportDeps & { hasher: Hasher; fees: FeeSettings }): Route[] {
  const deps = { ...options, inTurn: createTurns() };
  const { directory, postgres } = deps;

  /** Of a key that is limited to programs an import elsewhere does not exist. */
  async function getOwnImport(manager: ManagementPrincipal, told: unknown): Promise<queries.StoredImport> {
    const id = wholeNumber(told);
    const found =
      id === undefined ? undefined : await queries.findImport(postgres, manager.workspaceId, BigInt(id));
    if (found === undefined) throw new AppError('import_not_found');
    try {
      if (found.programId !== null) await getOwnProgram(directory, manager, found.programId);
      if (found.websiteId !== null) await getOwnWebsite(directory, manager, found.websiteId);
    } catch (error) {
      if (error instanceof AppError) throw new AppError('import_not_found');
      throw error;
    }
    return found;
  }

  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/imports',
        scope: 'program:update',
        tag,
        summary: 'Begin an import, or go on with the one of the same file',
        refuses: ['conflict'],
        body: StartImportRequest,
        answer: ImportItem,
        status: 201,
        async handle(call, manager) {
          return toItem(await startImport(deps, manager, startReader.read(call.body)));
        },
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/imports',
        scope: 'program:read',
        tag,
        summary: 'List imports, newest first',
        query: ImportQuery,
        answer: ImportItem,
        async handle({ query }, { workspaceId, programScope }) {
          const limit = readLimit(query);
          const seen = readCursor(query, ['longId'])?.[0];
          const before = seen === undefined ? null : BigInt(seen);
          const rows = await queries.listImports(postgres, workspaceId, before, limit + 1, programScope);
          return toPage(rows, limit, toItem, (row) => [row.id]);
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/imports/:id',
        scope: 'program:read',
        tag,
        summary: 'How far an import is',
        answer: ImportItem,
        status: 200,
        handle: async ({ params }, manager) => toItem(await getOwnImport(manager, params.id)),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/imports/:id/rows',
        scope: 'program:update',
        tag,
        summary: 'Send a part of the rows; a part that was sent before is answered as it was then',
        refuses: ['conflict'],
        body: ImportRowsRequest,
        answer: ImportPartAnswer,
        status: 200,
        async handle(call, manager) {
          const found = await getOwnImport(manager, call.params.id);
          const request = rowsReader.read(call.body);
          const { taken, alreadyThere, refused } = await takePart(deps, manager, found, request);
          const after = await getOwnImport(manager, call.params.id);
          return { part: request.part, taken, already_there: alreadyThere, refused, import: toItem(after) };
        },
      },
      directory,
    ),
    {
      method: 'GET',
      path: '/api/v1/imports/:id/refused',
      access: { kind: 'management', scope: 'program:read' },
      tag,
      summary: 'The rows that were refused, by line, and why',
      errors: 'coded',
      failure: 'Internal error',
      file: 'text/csv',
      answers: { 200: Type.String({ format: 'binary' }) },
      async handle({ params, principal }) {
        invariant(principal.kind === 'management', 'imports are read with a management key');
        const found = await getOwnImport(principal, params.id);
        const rows = await queries.listRefused(postgres, found, maxRefusedLines);
        return {
          status: 200,
          body: Buffer.from(stringify([['line', 'reason'], ...rows.map((row) => [row.line, row.reason])])),
          headers: {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': `attachment; filename="import-${found.id}-refused.csv"`,
            'cache-control': 'no-store',
          },
        };
      },
    },
    listRoute(
      {
        path: '/api/v1/websites/:id/imported-days',
        scope: 'program:read',
        tag,
        summary: 'What Plausible had counted, by day: apart from our own reports',
        query: ImportedDaysQuery,
        answer: ImportedDaySchema,
        async handle({ params, query }, manager) {
          const website = await getOwnWebsite(directory, manager, params.id);
          const table = readChoice(query, 'table', plausibleTables) ?? 'imported_visitors';
          const limit = readLimit(query);
          const cursor = readCursor(query, ['instant', 'id']);
          const { from, before } = readRange(query);
          const rows = await listCounts(
            postgres,
            { workspaceId: manager.workspaceId, websiteId: website.id, table },
            {
              from: dayOf(from),
              to: before === undefined ? null : dayOf(new Date(before.getTime() - 1)),
              after:
                cursor === undefined
                  ? null
                  : { day: dayOf(new Date(cursor[0] as string)), line: Number(cursor[1]) },
              limit: limit + 1,
            },
          );
          return toPage(rows, limit, toDay, ({ day, line }) => [`${day}T00:00:00Z`, line]);
        },
      },
      directory,
    ),
  ];
}

/** Nothing is stored of before 2000 or of later than now; PostgreSQL knows no year 0, and a text no year of five digits. */
function dayOf(at: Date): string;
function dayOf(at: Date | undefined): string | null;
function dayOf(at: Date | undefined): string | null {
  if (at === undefined) return null;
  const bounded = Math.min(Math.max(at.getTime(), Date.UTC(1999, 11, 31)), Date.UTC(9999, 11, 31));
  return new Date(bounded).toISOString().slice(0, 10);
}

function toDay({ day, dimensions, metrics }: NewCount): ImportedDay {
  return { date: day, dimensions, metrics };
}

function toItem(row: queries.StoredImport): ImportItem {
  const { settings } = row;
  return {
    id: Number(row.id),
    kind: row.kind,
    program_id: row.programId,
    website_id: row.websiteId,
    table: settings.table,
    file_name: row.fileName,
    dry_run: row.dryRun,
    commissions: settings.commissions,
    state: row.doneAt === null ? 'running' : 'done',
    fields: settings.fields,
    rows: row.rows,
    rows_read: row.rowsRead,
    taken: row.taken,
    already_there: row.alreadyThere,
    refused: row.refused,
    next_part: row.nextPart,
    sums: row.sums,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    done_at: row.doneAt?.toISOString() ?? null,
  };
}

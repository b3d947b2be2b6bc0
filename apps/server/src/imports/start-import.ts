import { createHash } from 'node:crypto';
import type { PlausibleTable, StartImportRequest } from '@headwater/contract';
import {
  AppError,
  type Clock,
  invariant,
  type ManagementPrincipal,
  type Postgres,
} from '../platform/index.ts';
import { actorName, type Directory, getOpenProgram, getOwnWebsite, recordAct } from '../workspaces/index.ts';
import { type Shape, shapeOfTable, shapes } from './fields.ts';
import { forgetAbandonedDryRuns } from './key-queries.ts';
import { mapColumns } from './mapping.ts';
import { presets } from './presets.ts';
import * as queries from './queries.ts';

export interface ImportDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
}

/**
 * Begins an import, or finds the one of the same file, place and settings that is running: then its sender goes on where it
 * stopped. One that is done is done; the same file again is an import of its own, whose rows are all there already.
 */
export async function startImport(
  deps: ImportDeps,
  manager: ManagementPrincipal,
  request: StartImportRequest,
): Promise<queries.StoredImport> {
  const { postgres, clock } = deps;
  const { workspaceId } = manager;
  const place = await findPlace(deps, manager, request);
  const settings = readSettings(request);
  const dryRun = request.dry_run === true;
  const identity = createHash('sha256')
    .update(JSON.stringify([request.kind, place, request.file_digest, request.rows, settings]))
    .digest();
  const now = clock.now();
  const id = await postgres.transaction(async (trx) => {
    if (dryRun) await forgetAbandonedDryRuns(trx, workspaceId, now);
    const by = actorName(manager);
    const made = await queries.insertImport(trx, {
      ...{ workspaceId, ...place, identity, settings, dryRun, rows: request.rows },
      ...{ kind: request.kind, fileName: request.file_name ?? null, createdBy: by, createdAt: now },
    });
    if (made !== undefined && !dryRun) {
      const act = {
        act: 'import.start',
        programId: place.programId,
        subject: `import ${made}`,
        details: { kind: request.kind, rows: request.rows, commissions: settings.commissions },
      };
      await recordAct(trx, { workspaceId, name: by }, act, now);
    }
    return made;
  });
  const found =
    id === undefined
      ? await queries.findRunning(postgres, workspaceId, identity)
      : await queries.findImport(postgres, workspaceId, id);
  // Between the two questions it may have been finished by another sender.
  if (found === undefined)
    throw new AppError('conflict', 'This import has just been finished: start it again');
  return found;
}

/** Where the rows go: a program, or a website. */
async function findPlace(
  { directory }: ImportDeps,
  manager: ManagementPrincipal,
  request: StartImportRequest,
): Promise<{ programId: number | null; websiteId: string | null }> {
  if (request.kind === 'umami' || request.kind === 'plausible') {
    if (request.website_id === undefined) throw new AppError('invalid_request', 'website_id is required');
    const website = await getOwnWebsite(directory, manager, request.website_id);
    return { programId: null, websiteId: website.id };
  }
  if (request.program_id === undefined) throw new AppError('invalid_request', 'program_id is required');
  const program = await getOpenProgram(directory, manager, request.program_id);
  return { programId: program.id, websiteId: null };
}

function readSettings(request: StartImportRequest): queries.Settings {
  const { kind, from, columns, mapping = {}, commissions = false, currency = null } = request;
  const table = kind === 'plausible' ? readTable(request.table) : null;
  const preset = from === undefined ? undefined : presetOf(kind, from);
  const mapped = mapColumns(shapeOf(kind, table), columns, preset ?? {}, mapping);
  if ('fault' in mapped) throw new AppError('invalid_request', mapped.fault);
  return {
    fields: mapped.fields,
    table,
    currency: currency === null ? null : currency.toUpperCase(),
    commissions: commissions && kind === 'payments',
  };
}

function readTable(table: PlausibleTable | undefined): PlausibleTable {
  if (table === undefined) throw new AppError('invalid_request', 'table is required with plausible');
  return table;
}

function shapeOf(kind: StartImportRequest['kind'], table: PlausibleTable | null): Shape {
  if (kind !== 'plausible') return shapes[kind];
  invariant(table !== null, 'a table of Plausible’s was named');
  return shapeOfTable(table);
}

function presetOf(kind: StartImportRequest['kind'], from: keyof typeof presets) {
  const preset = kind === 'payments' || kind === 'partners' ? presets[from][kind] : undefined;
  if (preset === undefined)
    throw new AppError('invalid_request', `from: ${from} is not known to export ${kind}`);
  return preset;
}

import { createHash } from 'node:crypto';
import type { ImportKind, ImportRowsRequest } from '@headwater/contract';
import type { FeeSettings } from '../payments/index.ts';
import {
  AppError,
  type Db,
  type Hasher,
  invariant,
  kysely,
  type ManagementPrincipal,
  sqlOf,
  type Transaction,
} from '../platform/index.ts';
import { preparePastClicks } from '../touches/index.ts';
import { claimKeys, findRef, forgetScope } from './key-queries.ts';
import { keyOf } from './keys.ts';
import type { Judged, Row, TakeRows, Taking } from './part.ts';
import * as queries from './queries.ts';
import { Refused, readCells, readInstant } from './read-cell.ts';
import type { ImportDeps } from './start-import.ts';
import { addMoney } from './sums.ts';
import { takeClicks } from './take-clicks.ts';
import { codeOfAnother, takePartners } from './take-partners.ts';
import { takePayments } from './take-payments.ts';
import { takePlausible } from './take-plausible.ts';
import { takeUmami } from './take-umami.ts';

export interface TakeDeps extends ImportDeps {
  hasher: Hasher;
  fees: FeeSettings;
  /** See platform/in-turn.ts. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T>;
}

const takers: Readonly<Record<ImportKind, TakeRows>> = {
  payments: takePayments,
  clicks: takeClicks,
  partners: takePartners,
  umami: takeUmami,
  plausible: takePlausible,
};

/**
 * Takes a part of an import: rows, what became of each, and how far the import is are one transaction, so a part is in
 * whole or not at all. A part that was taken already is answered as it was then; its rows are not looked at again.
 *
 * A dry run does the same and undoes the rows, all but by what they are known: a row that comes twice in a file is told of.
 */
export async function takePart(
  deps: TakeDeps,
  manager: ManagementPrincipal,
  found: queries.StoredImport,
  { part, rows }: ImportRowsRequest,
): Promise<queries.StoredPart> {
  const { workspaceId, settings, programId, websiteId } = found;
  if (rows.some(({ values }) => values.length !== settings.fields.length)) {
    throw new AppError('invalid_request', 'rows: values has one text for each of the import’s fields');
  }
  const digest = createHash('sha256').update(JSON.stringify(rows)).digest();
  const read = rows.map(({ line, values }): Row => ({ line, cells: readCells(settings.fields, values) }));
  const program = programId === null ? null : ((await deps.directory.findProgram(programId)) ?? null);
  const website = websiteId === null ? null : ((await deps.directory.findWebsite(websiteId)) ?? null);
  invariant(program !== null || website !== null, 'an import has a place');
  if (found.kind === 'clicks') await preparePartitions(deps, read);
  const place = programId === null ? `website ${websiteId}` : `program ${programId}`;

  const answer = await deps.inTurn(place, () =>
    transact(deps, found.kind, async (trx, db) => {
      await queries.lockImportsOf(trx, place);
      const known = await queries.findPart(trx, found, part);
      if (known !== undefined) {
        if (known.digest.equals(digest)) return known;
        throw new AppError('conflict', `Part ${part} was sent before, with other rows`);
      }
      const current = await queries.findImport(trx, workspaceId, found.id);
      invariant(current !== undefined, 'an import that was found is there');
      if (current.rowsRead + rows.length > current.rows) {
        throw new AppError('conflict', 'The import was told to have fewer rows');
      }
      const now = deps.clock.now();
      const taking = { trx, db, deps, manager, import: current, program, website, now };
      const judged = await (current.dryRun ? tryOut(taking, read) : takers[current.kind](taking, read));
      const stored = summarize(judged, digest);
      await queries.savePart(trx, current, part, stored, addMoney(current.sums, judged), now);
      const isLast = current.rowsRead + rows.length === current.rows;
      if (current.dryRun && isLast) await forgetScope(trx, workspaceId, dryScope(current.id));
      return stored;
    }),
  );
  // Whatever was made of partners and links, the next request meets it.
  if (found.kind === 'partners') deps.directory.clear();
  return answer;
}

/** Partners are made by typed queries, all else by prepared statements: each in the transaction of its kind. */
function transact<T>(
  { postgres }: TakeDeps,
  kind: ImportKind,
  work: (trx: Transaction, db: Db | null) => Promise<T>,
): Promise<T> {
  // Plans made while there was little must not stay when there is much: an import is how tables grow.
  if (kind !== 'partners') return postgres.transaction((trx) => work(trx, null), { byKey: true });
  return kysely(postgres)
    .transaction()
    .execute((db) => work({ inTransaction: true, query: sqlOf(db).query }, db));
}

const dryScope = (id: bigint) => `dry run ${id}`;

async function tryOut(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { trx } = taking;
  const { kind, id, workspaceId } = taking.import;
  await trx.query('savepoint dry_run');
  const judged = await takers[kind](taking, rows);
  await trx.query('rollback to savepoint dry_run; release savepoint dry_run');
  const scope = dryScope(id);
  const wanted = judged.flatMap((one) =>
    one.outcome === 'taken' && one.key !== null ? [{ key: keyOf(one.key), ref: one.owner ?? null }] : [],
  );
  const fresh = await claimKeys(trx, workspaceId, scope, wanted);
  const told: Judged[] = [];
  for (const one of judged) {
    const key = one.outcome === 'taken' && one.key !== null ? keyOf(one.key) : undefined;
    if (key === undefined || fresh.has(key.toString('hex'))) told.push(one);
    else if (one.owner === (await findRef(trx, workspaceId, scope, key))) {
      told.push({ outcome: 'already_there', line: one.line, key: one.key });
    } else told.push({ outcome: 'refused', reason: codeOfAnother, line: one.line, key: null });
  }
  return told;
}

function summarize(judged: readonly Judged[], digest: Buffer): queries.StoredPart {
  return {
    digest,
    taken: judged.filter(({ outcome }) => outcome === 'taken').length,
    alreadyThere: judged.filter(({ outcome }) => outcome === 'already_there').length,
    refused: judged.flatMap((one) =>
      one.outcome === 'refused' ? [{ line: one.line, reason: one.reason }] : [],
    ),
  };
}

async function preparePartitions({ postgres, clock }: TakeDeps, rows: readonly Row[]): Promise<void> {
  const times = rows.flatMap(({ cells }) => {
    try {
      return readInstant(cells, 'clicked_at', clock.now()) ?? [];
    } catch (error) {
      if (error instanceof Refused) return [];
      throw error;
    }
  });
  await preparePastClicks(postgres, times);
}

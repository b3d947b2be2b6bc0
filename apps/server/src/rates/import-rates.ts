import type { ImportRatesRequest, RateItem } from '@headwater/contract';
import { parse } from 'csv-parse/sync';
import { parseCurrency } from '../money/index.ts';
import {
  AppError,
  type Clock,
  type ManagementPrincipal,
  type Page,
  type Postgres,
  parseInstant,
  readLimit,
  toPage,
} from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import * as queries from './queries.ts';

export interface RateDeps {
  postgres: Postgres;
  clock: Clock;
}

const maxRates = 20_000;
const decimal = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?$/;

/**
 * Stores dated rates, told as JSON or as the text of a CSV file with the columns date, currency, usd_per_unit. All of them
 * or none: the first fault is refused with its line. A day that is told again is corrected; what was decided keeps its rate.
 */
export async function importRates(
  deps: RateDeps,
  actor: ManagementPrincipal,
  request: ImportRatesRequest,
): Promise<{ imported: number }> {
  // Rates are the whole workspace's.
  if (actor.programScope !== null) {
    throw new AppError('missing_permission', 'Missing permission: program_scope must be null');
  }
  const told = request.csv === undefined ? (request.rates ?? []) : readCsv(request.csv);
  if (told.length === 0) throw new AppError('invalid_request', 'rates is required');
  if (told.length > maxRates) throw new AppError('invalid_request', `rates must not exceed ${maxRates}`);
  const rates = new Map<string, queries.RateRow>();
  for (const [index, one] of told.entries()) {
    const rate = readRate(one, index + 1);
    rates.set(`${rate.currency} ${rate.asOf}`, rate);
  }
  const by = {
    workspaceId: actor.workspaceId,
    importedBy: actorName(actor),
    at: deps.clock.now(),
  };
  await deps.postgres.transaction(async (trx) => {
    await queries.upsertRates(trx, by, [...rates.values()]);
    const days = [...rates.values()].map(({ asOf }) => asOf).sort();
    await recordAct(
      trx,
      { workspaceId: by.workspaceId, name: by.importedBy },
      {
        ...{ act: 'rates.import', programId: null, subject: `${rates.size} exchange rates` },
        details: { from: days[0], to: days.at(-1) },
      },
      by.at,
    );
  });
  return { imported: rates.size };
}

/** The rates that are known, the latest day first. */
export async function listRates(
  { postgres }: RateDeps,
  actor: ManagementPrincipal,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<RateItem>> {
  const limit = readLimit(query);
  const currency = query.currency === undefined ? null : parseCurrency(query.currency);
  if (currency === undefined) throw new AppError('invalid_request', 'currency must be an ISO 4217 code');
  const rows = await queries.listRates(postgres, {
    workspaceId: actor.workspaceId,
    currency,
    to: null,
    after: readAfter(query.cursor),
    limit: limit + 1,
  });
  return toPage(
    rows,
    limit,
    (row) => ({ date: row.asOf, currency: row.currency, usd_per_unit: row.usdPerUnit }),
    (row) => [row.asOf, row.currency],
  );
}

function readAfter(cursor: unknown): { asOf: string; currency: string } | null {
  if (cursor === undefined) return null;
  const parts = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString().split('\n') : [];
  const [asOf, currency, ...more] = parts;
  const isDay = parseInstant(`${asOf}T00:00:00Z`) !== undefined && !asOf?.startsWith('0000');
  if (!isDay || parseCurrency(currency) === undefined || more.length > 0) {
    throw new AppError('invalid_request', 'cursor is invalid');
  }
  return { asOf: asOf as string, currency: currency as string };
}

function readCsv(text: string): unknown[] {
  try {
    return parse(text, { columns: true, trim: true, skip_empty_lines: true, bom: true });
  } catch {
    throw new AppError('invalid_request', 'csv is invalid');
  }
}

function readRate(told: unknown, line: number): queries.RateRow {
  const { date, currency: code, usd_per_unit: rate } = (told ?? {}) as Record<string, unknown>;
  const refuse = (name: string) =>
    new AppError('invalid_request', `rates is invalid: ${name} of rate ${line}`);
  const isDay = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date) && !date.startsWith('0000');
  if (!isDay || parseInstant(`${date}T00:00:00Z`) === undefined) throw refuse('date');
  const currency = parseCurrency(code);
  if (currency === undefined || currency === 'USD') throw refuse('currency');
  const text = typeof rate === 'number' ? String(rate) : rate;
  if (typeof text !== 'string' || !decimal.test(text) || /^[0.]+$/.test(text)) throw refuse('usd_per_unit');
  return { asOf: date, currency, usdPerUnit: text };
}

import type { ReportingTotals } from '@headwater/contract';
import { AppError, type Postgres, readIdFilter, readRange } from '../../platform/index.ts';
import { openConverter } from '../../rates/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { getPartner } from '../payouts/payout-methods.ts';
import * as queries from './queries.ts';

type Query = Readonly<Record<string, unknown>>;

const balances = ['pending', 'disputed', 'approved', 'available', 'processing', 'paid'];
const overview = [
  'revenue_attributed',
  'revenue_organic',
  'invoices_open',
  'invoices_overdue',
  'invoices_paid',
];

/**
 * What partners have, what was received and what was billed, over all currencies in the program's reporting currency.
 * Nothing is decided by these figures: they are derived anew each time, and say by which rates.
 */
export async function getTotals(
  postgres: Postgres,
  program: Program,
  query: Query,
): Promise<ReportingTotals> {
  const asked = readIdFilter(query, 'partner_id');
  const partnerId = asked === undefined ? null : await getPartner(postgres, program, asked);
  const key = keyOf(program);
  const rows = await queries.sumBalances(postgres, key, partnerId);
  if (partnerId !== null) return convert(postgres, program, balances, rows);
  rows.push(...(await queries.sumRevenue(postgres, key)), ...(await queries.sumInvoices(postgres, key)));
  return convert(postgres, program, [...balances, ...overview], rows);
}

/** A partner's statement in the reporting currency: opening, earned, reversed and paid add up to closing, to the cent. */
export async function getStatementTotals(
  postgres: Postgres,
  program: Program,
  partnerId: unknown,
  query: Query,
): Promise<ReportingTotals> {
  const id = await getPartner(postgres, program, partnerId);
  const { from, before } = readRange(query);
  if (from === undefined) throw new AppError('invalid_request', 'from is required');
  if (before === undefined) throw new AppError('invalid_request', 'to is required');
  if (before <= from) throw new AppError('invalid_request', 'to is invalid');
  const rows = await queries.sumMovements(postgres, keyOf(program), id, from, before);
  // The lines are rounded one by one and then added up: what closes is the sum of what is shown.
  const closing = rows.map((row) => ({ ...row, figure: 'closing' }));
  return convert(
    postgres,
    program,
    ['opening', 'earned', 'reversed', 'paid', 'closing'],
    [...rows, ...closing],
  );
}

async function convert(
  postgres: Postgres,
  program: Program,
  figures: readonly string[],
  rows: readonly queries.FigureRow[],
): Promise<ReportingTotals> {
  const converter = await openConverter(postgres, program.workspaceId, program.currency, rows);
  const sums = new Map(figures.map((figure) => [figure, new Map<string, Part>()]));
  for (const row of rows) {
    const parts = sums.get(row.figure);
    if (parts === undefined) continue;
    const part = parts.get(row.currency) ?? { minor: 0n, convertedMinor: 0n, unconvertedMinor: 0n };
    parts.set(row.currency, part);
    const converted = converter.convert(row);
    part.minor += row.minor;
    if (converted === undefined) part.unconvertedMinor += row.minor;
    else part.convertedMinor += converted;
  }
  return {
    currency: program.currency,
    figures: [...sums].map(([figure, parts]) => ({
      figure,
      cents: Number([...parts.values()].reduce((sum, { convertedMinor }) => sum + convertedMinor, 0n)),
      parts: [...parts].map(([currency, part]) => ({
        currency,
        cents: Number(part.minor),
        converted_cents: Number(part.convertedMinor),
        unconverted_cents: Number(part.unconvertedMinor),
      })),
    })),
    rates: converter.used().map(({ currency, usdPerUnit, asOf, from, to }) => ({
      ...{ currency, usd_per_unit: usdPerUnit, rate_date: asOf, from, to },
    })),
  };
}

interface Part {
  minor: bigint;
  /** In the reporting currency. */
  convertedMinor: bigint;
  unconvertedMinor: bigint;
}

function keyOf(program: Program) {
  return { workspaceId: program.workspaceId, programId: program.id };
}

import type { PlausibleTable } from '@headwater/contract';
import { invariant } from '../platform/index.ts';
import { claimDays, insertCounts, type NewCount } from './day-queries.ts';
import { plausibleShapes } from './fields.ts';
import type { Judged, Row, Taking } from './part.ts';
import { type Cells, Refused, requireText } from './read-cell.ts';

/**
 * Plausible's export counts by day and knows no visitor, so its rows stay what they are. Rows of one day may be alike to the
 * letter, so a row has no key: the whole day of a table belongs to the import that brought it first.
 */
export async function takePlausible(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { website, trx } = taking;
  const table = taking.import.settings.table as PlausibleTable | null;
  invariant(website !== null && table !== null, 'days are of a website and a table');
  const place = { workspaceId: website.workspaceId, websiteId: website.id, table };
  const judged: Judged[] = [];
  const counts: NewCount[] = [];
  for (const { line, cells } of rows) {
    try {
      const count = { line, ...readCount(table, cells) };
      counts.push(count);
      judged.push({ outcome: 'already_there', line, key: null });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      judged.push({ outcome: 'refused', reason: error.message, line, key: null });
    }
  }
  const days = [...new Set(counts.map(({ day }) => day))].sort();
  const own = await claimDays(trx, place, taking.import.id, days);
  const taken = counts.filter(({ day }) => own.has(day));
  await insertCounts(trx, place, taken);
  const lines = new Set(taken.map(({ line }) => line));
  return judged.map((one) => (lines.has(one.line) ? { outcome: 'taken', line: one.line, key: null } : one));
}

function readCount(table: PlausibleTable, cells: Cells): Omit<NewCount, 'line'> {
  const { dimensions, metrics } = plausibleShapes[table];
  const day = requireText(cells, 'date');
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay || day < '2000') throw new Refused('date is no day such as 2024-01-31');
  return {
    day,
    dimensions: Object.fromEntries(
      dimensions.flatMap((name) => {
        const value = cells.get(name);
        return value === undefined ? [] : [[name, value.slice(0, 2048)]];
      }),
    ),
    metrics: Object.fromEntries(
      metrics.flatMap((name) => {
        const value = cells.get(name);
        if (value === undefined) return [];
        if (!/^\d{1,15}(?:\.0+)?$/.test(value)) throw new Refused(`${name} is no whole number`);
        return [[name, Math.trunc(Number(value))]];
      }),
    ),
  };
}

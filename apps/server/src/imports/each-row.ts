import { AppError } from '../platform/index.ts';
import type { Judged, Known, Row, Taking, Verdict } from './part.ts';
import { Refused } from './read-cell.ts';

/** Takes rows one by one; what a refused one had begun is undone, and the others stand. */
export async function eachRow(
  taking: Taking,
  rows: readonly Row[],
  take: (row: Row) => Promise<Verdict & Known>,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const row of rows) {
    await taking.trx.query('savepoint one_row');
    try {
      judged.push({ ...(await take(row)), line: row.line });
      await taking.trx.query('release savepoint one_row');
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      await taking.trx.query('rollback to savepoint one_row; release savepoint one_row');
      judged.push({ outcome: 'refused', reason, line: row.line, key: null });
    }
  }
  return judged;
}

/** Refusals of other rooms are told in their own words; anything else is a fault, and takes the part with it. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof Refused) return error.message;
  return error instanceof AppError && error.code !== 'unavailable' ? error.message : undefined;
}

import type { Postgres } from '../platform/index.ts';
import { foldDeltaRows, tryFoldLock } from './link-queries.ts';

const batch = 50_000;

/**
 * A job: adds the clicks that batches of the ingest path left in link_click_deltas to their links. Answers how many
 * deltas it folded. Safe at any moment and from several processes: one folds, the others have nothing to do.
 */
export async function foldLinkClicks(postgres: Postgres): Promise<number> {
  let total = 0;
  for (;;) {
    const folded = await postgres.transaction(async (trx) =>
      (await tryFoldLock(trx)) ? foldDeltaRows(trx, batch) : 0,
    );
    total += folded;
    if (folded < batch) return total;
  }
}

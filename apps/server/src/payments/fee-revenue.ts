import type { Postgres, Transaction } from '../platform/index.ts';
import { toUsdMinor } from '../rates/index.ts';
import { lockFeesOfProgram } from './queries.ts';
import * as queries from './revenue-queries.ts';

// A program's attributed revenue is a sum of entries, as every balance is. It is kept as it runs, in three parts:
//
//   deltas    what a trigger noted of each posting, one row a currency and rate: nobody waits for anybody
//   sums      per currency and rate, what was folded in from deltas
//   total     the sums in US cents, each rounded by itself
//
// Revenue = total + what the deltas change in it. Only who holds the lock on the program's fees folds, so that the three are
// read as of one instant; `headwater verify` adds the entries up again and compares.

/** How many deltas are read over and over before they are folded: a sale reads no more than these, however long the history. */
const foldAt = 200;

type ProgramKey = Pick<queries.ProgramKey, 'workspaceId' | 'id'>;

/**
 * A program's attributed revenue so far, net of refunds, in US cents; what has no rate counts for nothing. For whoever
 * holds {@link lockFeesOfProgram}.
 */
export async function revenueInUsd(trx: Transaction, program: ProgramKey): Promise<bigint> {
  const { totalMinor, deltas, changes } = await queries.readRevenue(trx, program);
  return deltas < foldAt ? totalMinor + changeInUsd(changes) : foldRevenue(trx, program, totalMinor);
}

/** A job: folds the deltas of every program that has many. Where there is no fee no sale does. */
export async function foldAllRevenue(postgres: Postgres): Promise<void> {
  for (const program of await queries.listUnfolded(postgres, foldAt)) {
    await postgres.transaction(async (trx) => {
      await lockFeesOfProgram(trx, program.id);
      const { totalMinor } = await queries.readRevenue(trx, program);
      await foldRevenue(trx, program, totalMinor);
    });
  }
}

async function foldRevenue(trx: Transaction, program: ProgramKey, totalMinor: bigint): Promise<bigint> {
  // What was noted since it was read is folded too: the change is that of these deltas, not of those.
  const folded = totalMinor + changeInUsd(await queries.foldDeltas(trx, program));
  await queries.saveTotal(trx, program, folded);
  return folded;
}

function changeInUsd(changes: readonly queries.RevenueChange[]): bigint {
  let minor = 0n;
  for (const { currency, usdPerUnit, beforeMinor, changeMinor } of changes) {
    const inUsd = (amount: bigint) => toUsdMinor(amount, currency, usdPerUnit);
    minor += inUsd(beforeMinor + changeMinor) - inUsd(beforeMinor);
  }
  return minor;
}

/** For `headwater verify`: the first program of a workspace whose total is not that of its sums. */
export async function findWrongRevenueTotal(
  trx: Transaction,
  workspaceId: number,
): Promise<{ programId: number; totalMinor: bigint; sumMinor: bigint } | undefined> {
  const sums = new Map<number, bigint>();
  for (const { programId, minor, currency, usdPerUnit } of await queries.listSums(trx, workspaceId)) {
    sums.set(programId, (sums.get(programId) ?? 0n) + toUsdMinor(minor, currency, usdPerUnit));
  }
  for (const { programId, totalMinor } of await queries.listTotals(trx, workspaceId)) {
    const sumMinor = sums.get(programId) ?? 0n;
    if (sumMinor !== totalMinor) return { programId, totalMinor, sumMinor };
    sums.delete(programId);
  }
  const [left] = sums;
  return left && { programId: left[0], totalMinor: 0n, sumMinor: left[1] };
}

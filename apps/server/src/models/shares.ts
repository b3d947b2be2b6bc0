import { split } from '../money/index.ts';

// Shares come from floating point; this many parts of a whole are far below a cent of any amount we take.
const parts = 2 ** 52;

/** A share as a whole weight. */
export function weightOf(share: number): bigint {
  return BigInt(Math.round(Math.max(0, share) * parts));
}

/** Splits an amount by shares that add up to one, to the cent. All shares zero: nobody gets anything. */
export function splitByShares(shares: readonly number[], amount: bigint): bigint[] {
  const weights = shares.map(weightOf);
  return weights.every((weight) => weight === 0n) ? weights : split(amount, weights);
}

/** Brings figures that are not negative to a sum of one; all zero stay zero. */
export function normalise(figures: readonly number[]): number[] {
  const total = figures.reduce((sum, figure) => sum + figure, 0);
  return total > 0 ? figures.map((figure) => figure / total) : figures.map(() => 0);
}

/**
 * Splits `amount` in proportion to `weights` by largest remainder: each share is its exact part rounded down, and the
 * cents left over go one each to the largest remainders, the earlier share first when they tie. The shares sum to
 * `amount`, none is a whole cent or more from its exact part, and the same input always gives the same shares.
 *
 * A zero weight gets nothing, unless all weights are zero: then they count as equal. Negative amounts mirror positive
 * ones.
 *
 * @throws RangeError for a negative weight, or no weights with an amount other than 0.
 */
export function split(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a weight must not be negative');
  if (weights.length === 0 && amount !== 0n) throw new RangeError('an amount needs at least one weight');
  if (amount < 0n) return split(-amount, weights).map((share) => -share);

  const total = sum(weights);
  if (total === 0n)
    return weights.length === 0
      ? []
      : split(
          amount,
          weights.map(() => 1n),
        );

  const shares = weights.map((weight) => (amount * weight) / total);
  const leftOver = Number(amount - sum(shares)); // below weights.length, so Number is exact
  for (const index of byLargestRemainder(amount, weights, total).slice(0, leftOver)) {
    shares[index] = (shares[index] ?? 0n) + 1n;
  }
  return shares;
}

function byLargestRemainder(amount: bigint, weights: readonly bigint[], total: bigint): number[] {
  return weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
    .map(({ index }) => index);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

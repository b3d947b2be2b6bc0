/**
 * `amount × numerator / denominator`, rounded once, half to even (contract §8, Terms). Negative amounts mirror
 * positive ones. Minor units in, minor units out; nothing is a float on the way.
 *
 * @throws RangeError when the denominator is 0.
 */
export function shareOf(amount: bigint, numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('a share needs a denominator other than 0');
  const dividend = amount * numerator;
  const divisor = magnitude(denominator);
  const truncated = magnitude(dividend) / divisor;
  const doubledRest = (magnitude(dividend) % divisor) * 2n;
  const roundsUp = doubledRest > divisor || (doubledRest === divisor && truncated % 2n === 1n);
  const rounded = roundsUp ? truncated + 1n : truncated;
  return dividend < 0n === denominator < 0n ? rounded : -rounded;
}

/**
 * `bps` basis points (hundredths of a per cent) of `amount`, half-even.
 *
 * @throws RangeError when `bps` is not an integer.
 */
export function bpsOf(amount: bigint, bps: number): bigint {
  return shareOf(amount, BigInt(bps), 10_000n);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The books of the model: sums by account, in plain arithmetic of its own. */
export class Books {
  readonly sums = new Map<string, bigint>();

  move(account: string, partner: number | null, currency: string, amount: bigint): void {
    const key = `${account} ${partner ?? '-'} ${currency}`;
    const sum = (this.sums.get(key) ?? 0n) + amount;
    if (sum === 0n) this.sums.delete(key);
    else this.sums.set(key, sum);
  }

  of(account: string, partner: number | null, currency: string): bigint {
    return this.sums.get(`${account} ${partner ?? '-'} ${currency}`) ?? 0n;
  }
}

/** amount × part / whole to the nearest integer, a half to the even one. All arguments at least 0. */
export function halfEven(amount: bigint, part: bigint, whole: bigint): bigint {
  const floor = (amount * part) / whole;
  const rest = amount * part - floor * whole;
  if (rest * 2n < whole) return floor;
  if (rest * 2n > whole) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

/** Shares by weight that sum to the amount: rounded down, then a cent each to the largest remainders, the earlier first. */
export function shares(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const floors = weights.map((weight) => (amount * weight) / total);
  const rests = weights.map((weight, index) => ({ index, rest: (amount * weight) % total }));
  rests.sort((a, b) => (a.rest < b.rest ? 1 : a.rest > b.rest ? -1 : a.index - b.index));
  const left = Number(amount - floors.reduce((sum, floor) => sum + floor, 0n));
  for (const { index } of rests.slice(0, left)) floors[index] = (floors[index] as bigint) + 1n;
  return floors;
}

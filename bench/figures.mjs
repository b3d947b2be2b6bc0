// Numbers as the benchmarks print them.
export const say = (text) => process.stdout.write(`${text}\n`);

export const round = (number, digits = 1) => Number(number.toFixed(digits));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The number below which `share` of the numbers are; NaN when there are none. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A line a round: `[name, { rate, p99_ms }]` each. */
export function showRates(title, taken) {
  const parts = taken.map(
    ([name, { rate, p99_ms }]) => `${name} ${Math.round(rate)}/s (p99 ${round(p99_ms)} ms)`,
  );
  say(`  ${title}: ${parts.join(', ')}`);
}

import { AppError } from '../../platform/index.ts';

/** A whole number of a query within bounds; 400 `<name> is invalid`. */
export function readWhole(
  query: Record<string, unknown>,
  name: string,
  least: number,
  most: number,
  fallback: number,
): number {
  const value = query[name];
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) throw new AppError('invalid_request', `${name} is invalid`);
  return number;
}

import { type Currency, currencyDecimals, shareOf } from '../money/index.ts';
import type { Sql } from '../platform/index.ts';
import * as queries from './queries.ts';

/** What a unit of a currency is worth in dollars, and since which day. */
export interface UsdRate {
  /** Decimal text, exact. */
  usdPerUnit: string;
  /** YYYY-MM-DD */
  asOf: string;
}

/** Weekends and holidays have no rates of their own; one of the same weekday a week ago says nothing about this day. */
export const maxAgeDays = 7;

/** The latest rate of a currency on a day (UTC) or up to a week before it. */
export async function findUsdRate(
  sql: Sql,
  workspaceId: number,
  currency: Currency,
  at: Date,
): Promise<UsdRate | undefined> {
  const row = await queries.findLatest(sql, workspaceId, currency, at.toISOString().slice(0, 10), maxAgeDays);
  return row === undefined ? undefined : { usdPerUnit: row.usdPerUnit, asOf: row.asOf };
}

/** The same for many currencies and days at once: what a unit is worth in dollars, by `EUR 2026-01-31`. */
export async function findUsdRates(
  sql: Sql,
  workspaceId: number,
  wanted: readonly { currency: string; day: string }[],
): Promise<Map<string, string>> {
  const rows = await queries.findLatestOfDays(sql, workspaceId, wanted, maxAgeDays);
  return new Map(rows.map(({ currency, day, usdPerUnit }) => [`${currency} ${day}`, usdPerUnit]));
}

/** An amount in US cents, rounded once, half to even. */
export function toUsdMinor(amountMinor: bigint, currency: Currency, usdPerUnit: string): bigint {
  const [whole = '0', fraction = ''] = usdPerUnit.split('.');
  const rate = BigInt(whole + fraction);
  const scale = 10n ** BigInt(fraction.length + currencyDecimals(currency));
  return shareOf(amountMinor, rate * 100n, scale);
}

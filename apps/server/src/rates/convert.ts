import { type Currency, currencyDecimals, shareOf } from '../money/index.ts';
import type { Sql } from '../platform/index.ts';
import { maxAgeDays } from './find-rate.ts';
import * as queries from './queries.ts';

/** An amount, and the day (UTC, YYYY-MM-DD) of the fact that it stands for: by that day's rate it is converted. */
export interface DatedAmount {
  currency: Currency;
  day: string;
  minor: bigint;
  /** The rate that a decision about the fact went by, which is kept with it and goes before any other. Decimal text. */
  pinned?: string | null;
}

/** A rate that amounts were converted with, and the days of these. */
export interface UsedRate {
  currency: Currency;
  usdPerUnit: string;
  /** null: it was pinned. */
  asOf: string | null;
  from: string;
  to: string;
}

export interface Converter {
  /** In minor units of the currency converted into, rounded once, half to even; undefined: a rate is missing. */
  convert(amount: DatedAmount): bigint | undefined;
  /** The rates that were used by now. */
  used(): UsedRate[];
}

/** Reads the rates that these amounts need, all at once, and converts by them. Every rate goes over the dollar. */
export async function openConverter(
  sql: Sql,
  workspaceId: number,
  into: Currency,
  amounts: Iterable<DatedAmount>,
): Promise<Converter> {
  const asked = new Map<string, { currency: Currency; day: string }>();
  for (const { currency, day } of amounts) {
    if (currency === into) continue;
    for (const one of [currency, into]) if (one !== 'USD') asked.set(`${one} ${day}`, { currency: one, day });
  }
  const rows =
    asked.size === 0 ? [] : await queries.findEach(sql, workspaceId, [...asked.values()], maxAgeDays);
  const rates = new Map(rows.map(({ day, ...rate }) => [`${rate.currency} ${day}`, rate]));
  const used = new Map<string, UsedRate>();

  function rateOf(currency: Currency, day: string, pinned: string | null) {
    if (currency === 'USD') return { currency, usdPerUnit: '1', asOf: null };
    if (pinned !== null) return { currency, usdPerUnit: pinned, asOf: null };
    const found = rates.get(`${currency} ${day}`);
    return found && { currency, usdPerUnit: found.usdPerUnit, asOf: found.asOf };
  }

  function note(rate: { currency: Currency; usdPerUnit: string; asOf: string | null }, day: string): void {
    if (rate.currency === 'USD') return;
    const key = `${rate.currency} ${rate.usdPerUnit} ${rate.asOf}`;
    const known = used.get(key);
    if (known === undefined) {
      used.set(key, { ...rate, from: day, to: day });
      return;
    }
    if (day < known.from) known.from = day;
    if (day > known.to) known.to = day;
  }

  return {
    convert({ currency, day, minor, pinned = null }) {
      if (currency === into) return minor;
      const from = rateOf(currency, day, pinned);
      const to = rateOf(into, day, null);
      if (from === undefined || to === undefined) return undefined;
      note(from, day);
      note(to, day);
      return cross(minor, currency, from.usdPerUnit, into, to.usdPerUnit);
    },
    used: () => [...used.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
  };
}

function orderOf({ currency, from, asOf }: UsedRate): string {
  return `${currency} ${from} ${asOf}`;
}

function cross(minor: bigint, from: Currency, fromRate: string, into: Currency, intoRate: string): bigint {
  const [a, b] = [exact(fromRate), exact(intoRate)];
  const up = 10n ** BigInt(b.decimals + currencyDecimals(into));
  const down = 10n ** BigInt(a.decimals + currencyDecimals(from));
  return shareOf(minor, a.digits * up, b.digits * down);
}

function exact(decimal: string): { digits: bigint; decimals: number } {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return { digits: BigInt(whole + fraction), decimals: fraction.length };
}

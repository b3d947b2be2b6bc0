import { type Currency, currencyDecimals, parseCurrency } from '../money/index.ts';
import { minuteMs, parseInstant } from '../platform/index.ts';

/**
 * Why a row is not taken. The reason is kept and shown: it names the field and never the value, which may be anything, a
 * person's address too.
 */
export class Refused extends Error {}

/** A row's cells by field; what is empty is not there. */
export type Cells = ReadonlyMap<string, string>;

export function readCells(fields: readonly { field: string }[], values: readonly string[]): Cells {
  const cells = new Map<string, string>();
  for (const [index, { field }] of fields.entries()) {
    const value = values[index]?.replaceAll('\u0000', '').trim() ?? '';
    if (value !== '') cells.set(field, value.toWellFormed());
  }
  return cells;
}

export function requireText(cells: Cells, field: string, maxLength = 255): string {
  const value = readText(cells, field, maxLength);
  if (value === null) throw new Refused(`${field} is missing`);
  return value;
}

export function readText(cells: Cells, field: string, maxLength = 255): string | null {
  const value = cells.get(field) ?? null;
  if (value !== null && value.length > maxLength) {
    throw new Refused(`${field} is longer than ${maxLength} characters`);
  }
  return value;
}

export function readCurrencyCell(cells: Cells, fallback: Currency): Currency {
  const text = cells.get('currency');
  if (text === undefined) return fallback;
  const currency = parseCurrency(text);
  if (currency === undefined) throw new Refused('currency is no ISO 4217 code');
  return currency;
}

const maxMinor = 1_000_000_000_000n;

/** An amount from `<field>_cents` (whole minor units), else from `<field>` (as people write it); null: neither says one. */
export function readAmount(cells: Cells, field: string, currency: Currency): bigint | null {
  const cents = cells.get(`${field}_cents`);
  if (cents !== undefined) {
    if (!/^-?\d{1,15}$/.test(cents)) throw new Refused(`${field}_cents is no whole number`);
    return inBounds(field, BigInt(cents));
  }
  const text = cells.get(field);
  if (text === undefined) return null;
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text);
  if (match === null) throw new Refused(`${field} is no number such as 1234.50`);
  const [, sign, whole = '', fraction = ''] = match;
  const decimals = currencyDecimals(currency);
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new Refused(`${field} has more decimals than ${currency}, which has ${decimals}`);
  }
  const minor = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return inBounds(field, sign === '-' ? -minor : minor);
}

function inBounds(field: string, minor: bigint): bigint {
  if (minor > maxMinor || minor < -maxMinor) throw new Refused(`${field} is larger than 10^12 minor units`);
  return minor;
}

const firstInstant = Date.UTC(2000, 0, 1);
const zoneless = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?$/;

/** ISO 8601, or a day and time without a zone, which are UTC; not before 2000 and not ahead of now. */
export function readInstant(cells: Cells, field: string, now: Date): Date | null {
  const text = cells.get(field);
  if (text === undefined) return null;
  const match = zoneless.exec(text);
  const at = parseInstant(match === null ? text : `${match[1]}T${match[2] ?? '00:00'}Z`);
  if (at === undefined) {
    throw new Refused(`${field} is no time such as 2024-01-31 13:45:00 (UTC) or 2024-01-31T13:45:00+01:00`);
  }
  if (at.getTime() < firstInstant) throw new Refused(`${field} is before the year 2000`);
  if (at.getTime() > now.getTime() + 5 * minuteMs) throw new Refused(`${field} is in the future`);
  return at;
}

export function requireInstant(cells: Cells, field: string, now: Date): Date {
  const at = readInstant(cells, field, now);
  if (at === null) throw new Refused(`${field} is missing`);
  return at;
}

export function readFlag(cells: Cells, field: string): boolean {
  const text = cells.get(field)?.toLowerCase();
  if (text === undefined || ['false', '0', 'no', 'f'].includes(text)) return false;
  if (['true', '1', 'yes', 't'].includes(text)) return true;
  throw new Refused(`${field} is neither true nor false`);
}

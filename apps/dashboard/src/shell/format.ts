const locale = navigator.language;

const decimalsOf = new Map<string, number>();
export function decimals(currency: string): number {
  const known = decimalsOf.get(currency);
  if (known !== undefined) return known;
  const found =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  decimalsOf.set(currency, found);
  return found;
}

// To make a formatter takes longer than to draw a row, and a list has thousands of rows of a few formats.
const numberFormats = new Map<string, Intl.NumberFormat>();
function inCurrency(currency: string): Intl.NumberFormat {
  let known = numberFormats.get(currency);
  if (known === undefined) {
    known = new Intl.NumberFormat(locale, { style: 'currency', currency });
    numberFormats.set(currency, known);
  }
  return known;
}
const plainNumber = new Intl.NumberFormat(locale);

const dateFormats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(timeStyle: 'short' | undefined, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${timeStyle} ${timeZone}`;
  let known = dateFormats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle, timeZone });
    dateFormats.set(key, known);
  }
  return known;
}

/** Minor units as a person reads them, in their locale. */
export function money(minor: number, currency: string): string {
  return inCurrency(currency).format(minor / 10 ** decimals(currency));
}

/** Minor units as a form field has them: `12.50`. */
export function majorText(minor: number, currency: string): string {
  return (minor / 10 ** decimals(currency)).toFixed(decimals(currency));
}

/** What a person typed as an amount of the currency, in minor units. */
export function minorOf(major: string | number, currency: string): number {
  return Math.round(Number(major) * 10 ** decimals(currency));
}

/** Minor units as a plain number of the currency itself, for files. */
export function major(minor: number, currency: string): number {
  return minor / 10 ** decimals(currency);
}

/** A mark of an axis: `$0`, `$1,000`, `$0.50`; cents only where it has some. */
export function axisMoney(minor: number, currency: string): string {
  const value = major(minor, currency);
  if (!Number.isInteger(value) || Math.abs(value) >= 10_000) return shortMoney(minor, currency);
  return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    value,
  );
}

/** As {@link money}, short: for big figures and axes. */
export function shortMoney(minor: number, currency: string): string {
  const major = minor / 10 ** decimals(currency);
  const isShort = Math.abs(major) >= 10_000;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    ...(isShort
      ? { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }
      : { maximumFractionDigits: Math.abs(major) >= 1000 ? 0 : decimals(currency) }),
  }).format(major);
}

/** For a column of amounts that reach `most`: with cents all of them, or none. */
export function columnMoney(most: number, currency: string): (minor: number) => string {
  if (Math.abs(major(most, currency)) < 100) return (minor) => money(minor, currency);
  const unit = 10 ** decimals(currency);
  return (minor) => axisMoney(Math.round(minor / unit) * unit, currency);
}

export function count(value: number): string {
  return plainNumber.format(value);
}

/** `1 payment`, `2,000 payments`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : /(?:ch|sh|s|x)$/.test(noun) ? 'es' : 's'}`;
}

export function shortCount(value: number): string {
  return value < 10_000
    ? count(value)
    : new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

export function percent(value: number, digits = 1): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(value);
}

export function dateTime(at: string, timeZone?: string): string {
  return dateFormat('short', timeZone).format(new Date(at));
}

export function day(at: string, timeZone?: string): string {
  return dateFormat(undefined, timeZone).format(new Date(at));
}

/** The name of a point on a time axis: `2026-03-01`, `2026-03` or an instant. */
export function tick(key: string, timeZone: string): string {
  if (/^\d{4}-\d{2}$/.test(key))
    return new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
      new Date(`${key}-01T00:00:00Z`),
    );
  if (/^\d{4}-\d{2}-\d{2}$/.test(key))
    return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
      new Date(`${key}T00:00:00Z`),
    );
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }).format(
    new Date(key),
  );
}

const countries = new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' });
export function country(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code;
}

/** `partially_refunded` as words. */
export function words(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

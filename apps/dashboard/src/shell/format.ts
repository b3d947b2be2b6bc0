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

/** Minor units as a person reads them, in their locale. */
export function money(minor: number, currency: string): string {
  const digits = decimals(currency);
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(minor / 10 ** digits);
}

/** As {@link money}, short: for big figures and axes. */
export function shortMoney(minor: number, currency: string): string {
  const major = minor / 10 ** decimals(currency);
  const isShort = Math.abs(major) >= 10_000;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    ...(isShort
      ? { notation: 'compact', maximumFractionDigits: 1 }
      : { maximumFractionDigits: Math.abs(major) >= 1000 ? 0 : decimals(currency) }),
  }).format(major);
}

export function count(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** `1 payment`, `2,000 payments`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
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
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(
    new Date(at),
  );
}

export function day(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(new Date(at));
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

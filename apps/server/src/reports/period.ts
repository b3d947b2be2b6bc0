import { AppError, dayMs, parseInstant } from '../platform/index.ts';

/** The days a report covers when none are asked for. */
const defaultDays = 30;

/**
 * `from` and `to` of a report, both inclusive: instants, or days in a time zone. By default the 30 days that end today.
 * 400 `<name> is invalid`, also for a period that ends before it begins.
 */
export function readPeriod(
  query: { from?: unknown; to?: unknown },
  timeZone: string,
  now: Date,
): { from: Date; before: Date } {
  const today = dayIn(timeZone, now);
  const before = clamped(
    query.to === undefined ? startOfDay(addDays(today, 1), timeZone) : endOf('to', query.to, timeZone),
  );
  const from = clamped(
    query.from === undefined
      ? startOfDay(addDays(dayIn(timeZone, new Date(before.getTime() - 1)), 1 - defaultDays), timeZone)
      : startOf('from', query.from, timeZone),
  );
  if (from >= before) throw new AppError('invalid_request', 'to is invalid');
  return { from, before };
}

/** A day, which stands for its first instant, or an instant. 400 `<name> is invalid`. */
export function readMoment(name: string, value: unknown, timeZone: string): Date {
  return clamped(startOf(name, value, timeZone));
}

/** Into what ClickHouse's DateTime64 can hold: nothing that ever happened lies outside. */
function clamped(at: Date): Date {
  return new Date(Math.min(Math.max(at.getTime(), Date.UTC(1900, 0, 1)), Date.UTC(2299, 11, 31)));
}

function startOf(name: string, value: unknown, timeZone: string): Date {
  return isDay(value) ? startOfDay(readDay(name, value), timeZone) : readInstant(name, value);
}

function endOf(name: string, value: unknown, timeZone: string): Date {
  if (isDay(value)) return startOfDay(addDays(readDay(name, value), 1), timeZone);
  // Instants are kept to the millisecond: the next one is the first outside.
  return new Date(readInstant(name, value).getTime() + 1);
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function readDay(name: string, value: string): string {
  if (parseInstant(`${value}T00:00:00Z`) === undefined)
    throw new AppError('invalid_request', `${name} is invalid`);
  return value;
}

function readInstant(name: string, value: unknown): Date {
  const at = parseInstant(value);
  if (at === undefined) throw new AppError('invalid_request', `${name} is invalid`);
  return at;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

export function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);
}

/** The first instant of a day in a time zone, which is not always midnight nor 24 hours after the last one. */
export function startOfDay(day: string, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // The offset at the result may differ from the one at the guess (a clock change between them): look again.
  const guess = utc - offsetMs(timeZone, new Date(utc));
  const start = utc - offsetMs(timeZone, new Date(guess));
  return new Date(start);
}

export function offsetMs(timeZone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(at.getTime() / 1000) * 1000;
}

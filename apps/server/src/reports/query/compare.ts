import { type ClickHouse, dayMs, hourMs } from '../../platform/index.ts';
import { addDays, dayIn, offsetMs, startOfDay } from '../period.ts';
import { type AnswerRow, answer } from './answer.ts';
import { isTime as isTimeDimension } from './dimensions.ts';
import { metrics } from './metrics.ts';
import type { Period, Question, TimeDimension } from './question.ts';

export type Comparison = 'previous_period' | 'previous_year';

/** The period to compare with: as long and just before, or the same days of the year before. */
export function periodBefore({ from, before }: Period, timeZone: string, compare: Comparison): Period {
  if (compare === 'previous_year') {
    return { from: yearBefore(from, timeZone), before: yearBefore(before, timeZone) };
  }
  const [first, end] = [dayIn(timeZone, from), dayIn(timeZone, before)];
  const isWholeDays =
    startOfDay(first, timeZone).getTime() === from.getTime() &&
    startOfDay(end, timeZone).getTime() === before.getTime();
  // Days, not milliseconds: one of them may have 23 or 25 hours.
  if (isWholeDays) {
    const days = Math.round((Date.parse(end) - Date.parse(first)) / dayMs);
    return { from: startOfDay(addDays(first, -days), timeZone), before: from };
  }
  return { from: new Date(2 * from.getTime() - before.getTime()), before: from };
}

/** The same time of the same day a year earlier, by the website's clock; of 29 February the first of March. */
function yearBefore(at: Date, timeZone: string): Date {
  const day = dayIn(timeZone, at);
  const sinceMidnight = at.getTime() - startOfDay(day, timeZone).getTime();
  const earlier = new Date(
    Date.UTC(Number(day.slice(0, 4)) - 1, Number(day.slice(5, 7)) - 1, Number(day.slice(8))),
  );
  return new Date(startOfDay(earlier.toISOString().slice(0, 10), timeZone).getTime() + sinceMidnight);
}

/** Gives each row what it was in the earlier period; times are matched by their place in the period. */
export async function withPrevious(
  clickhouse: ClickHouse,
  question: Question,
  rows: readonly AnswerRow[],
  earlier: Period,
): Promise<(AnswerRow & { previous: AnswerRow['metrics'] })[]> {
  const time = question.dimensions.find(isTimeDimension);
  const places = time === undefined ? undefined : placesOf(time, question, earlier);
  const keyOf = ({ dimensions }: AnswerRow, isEarlier: boolean) =>
    JSON.stringify(
      question.dimensions.map((name) =>
        name === time
          ? places?.[isEarlier ? 'earlier' : 'now'].get(String(dimensions[name]))
          : dimensions[name],
      ),
    );
  const then = await answer(clickhouse, {
    ...question,
    period: earlier,
    filters: [...question.filters, ...shown(question, rows)],
    limit: 100_000,
    offset: 0,
  });
  const known = new Map(then.map((row) => [keyOf(row, true), row.metrics]));
  const nothing = nothingOf(question);
  return rows.map((row) => ({ ...row, previous: known.get(keyOf(row, false)) ?? nothing }));
}

/** What the metrics are where nothing happened. */
function nothingOf({ metrics: asked }: Question): AnswerRow['metrics'] {
  return Object.fromEntries(asked.map((name) => [name, metrics[name].isRatio ? null : 0]));
}

/** Only what is shown needs to be known of then. */
function shown(question: Question, rows: readonly AnswerRow[]): Question['filters'] {
  const names = question.dimensions.filter((name) => !isTimeDimension(name));
  const [name] = names;
  if (name === undefined || names.length > 1 || rows.length === 0) return [];
  const values = [...new Set(rows.map(({ dimensions }) => String(dimensions[name])))];
  return [{ dimension: name, operator: 'is', values }];
}

function placesOf(time: TimeDimension, question: Question, earlier: Period) {
  const numbered = (period: Period) =>
    new Map(bucketsOf(time, period, question.timeZone).map((bucket, index) => [bucket, index]));
  return { now: numbered(question.period), earlier: numbered(earlier) };
}

const maxBuckets = 10_000;

/** The time buckets of a period, in order, as the engine names them. */
function bucketsOf(time: TimeDimension, { from, before }: Period, timeZone: string): string[] {
  const buckets: string[] = [];
  if (time === 'hour') {
    const first = from.getTime();
    for (let at = first; at < before.getTime() && buckets.length < maxBuckets; at += hourMs) {
      const shift = offsetMs(timeZone, new Date(at)) % hourMs;
      const start = Math.floor((at + shift) / hourMs) * hourMs - shift;
      buckets.push(`${new Date(start).toISOString().slice(0, 16)}:00Z`);
    }
    return [...new Set(buckets)];
  }
  const last = dayIn(timeZone, new Date(before.getTime() - 1));
  for (let day = dayIn(timeZone, from); day <= last && buckets.length < maxBuckets; day = addDays(day, 1)) {
    buckets.push(time === 'day' ? day : time === 'month' ? day.slice(0, 7) : mondayOf(day));
  }
  return [...new Set(buckets)];
}

function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** A row for every bucket of the period, so that a curve has no holes. */
export function filled(question: Question, rows: readonly AnswerRow[]): AnswerRow[] {
  const [time, ...others] = question.dimensions;
  if (time === undefined || others.length > 0 || !isTimeDimension(time)) return [...rows];
  const known = new Map(rows.map((row) => [row.dimensions[time], row]));
  const nothing = nothingOf(question);
  return bucketsOf(time, question.period, question.timeZone).map(
    (bucket) => known.get(bucket) ?? { dimensions: { [time]: bucket }, metrics: nothing },
  );
}

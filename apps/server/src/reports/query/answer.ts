import type { ReportMetric } from '@headwater/contract';
import { type ClickHouse, dayMs, hourMs } from '../../platform/index.ts';
import { offsetMs } from '../period.ts';
import { type BuiltQuery, buildQuery, type Means } from './build.ts';
import { findKnownOnce, takeApart } from './coverage.ts';
import type { Source } from './dimensions.ts';
import { type Plan, planOf, shortcutOf } from './plan.ts';
import type { Period, Question } from './question.ts';

export interface AnswerRow {
  dimensions: Record<string, string>;
  metrics: Record<string, number | null>;
}

interface SumsOptions {
  useSums?: boolean;
  /** From so many events on: fewer are counted sooner than sums are found and put together. */
  worthwhile?: number;
}

/** The query that answers a question, from sums where they reach and are right, else from the events themselves. */
export async function prepare(
  clickhouse: ClickHouse,
  question: Question,
  { isFile = false, ...sums }: { isFile?: boolean } & SumsOptions = {},
): Promise<BuiltQuery> {
  const plan = planOf(question);
  const { useSums = true, worthwhile = 2_000_000 } = sums;
  const means = useSums ? await findMeans(clickhouse, question, plan, worthwhile) : new Map<Source, Means>();
  return buildQuery(question, plan, means, isFile);
}

async function findMeans(
  clickhouse: ClickHouse,
  question: Question,
  plan: Plan,
  worthwhile: number,
): Promise<ReadonlyMap<Source, Means>> {
  const isWholeHours = areWholeHours(question.timeZone, question.period);
  const shortcuts = [...plan.bySource].map(
    ([source, names]) => [source, shortcutOf(question, source, names, isWholeHours)] as const,
  );
  const isLong = question.period.before.getTime() - question.period.from.getTime() > dayMs;
  const wantsSums = isLong && shortcuts.some(([, shortcut]) => shortcut?.kind === 'rollups');
  const found = wantsSums ? await findKnownOnce(clickhouse, question.owner, question.period) : undefined;
  const known = found !== undefined && found.events >= worthwhile ? found : undefined;
  return new Map(
    shortcuts.map(([source, shortcut]): [Source, Means] => {
      if (shortcut?.kind !== 'rollups') return [source, { shortcut, coverage: undefined }];
      const coverage = known && takeApart(known, question.period, shortcut.grains.includes('month'));
      return [source, { shortcut, coverage }];
    }),
  );
}

/** Answers a question. Rows come in the order asked for. */
export async function answer(
  clickhouse: ClickHouse,
  question: Question,
  options: SumsOptions = {},
): Promise<AnswerRow[]> {
  const { sql, params } = await prepare(clickhouse, question, options);
  const rows = await clickhouse.rows<Record<string, string | number | null>>(sql, params);
  return rows.map((row) => ({
    dimensions: Object.fromEntries(
      question.dimensions.map((name, index) => [name, String(row[`d${index}`])]),
    ),
    metrics: Object.fromEntries(question.metrics.map((name) => [name, numberOf(row, name)])),
  }));
}

function numberOf(row: Record<string, string | number | null>, name: ReportMetric): number | null {
  const value = row[`m_${name}`];
  return value === null || value === undefined ? null : Number(value);
}

/** Whether hours of the website's clock are hours of UTC, and the period begins and ends with one. */
function areWholeHours(timeZone: string, { from, before }: Period): boolean {
  if (from.getTime() % hourMs !== 0 || before.getTime() % hourMs !== 0) return false;
  if (timeZone === 'UTC') return true;
  // A zone changes its offset rarely; one that ever had an odd one in the period is answered by the events.
  const step = Math.max(28 * dayMs, (before.getTime() - from.getTime()) / 100);
  for (let at = from.getTime(); at < before.getTime(); at += step) {
    if (offsetMs(timeZone, new Date(at)) % hourMs !== 0) return false;
  }
  return offsetMs(timeZone, before) % hourMs === 0;
}

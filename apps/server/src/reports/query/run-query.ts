import type { Readable } from 'node:stream';
import type { QueryAnswer, ReportFilter } from '@headwater/contract';
import type { Currency } from '../../money/index.ts';
import { AppError, type ClickHouse, type Clock, type Postgres } from '../../platform/index.ts';
import { listPartnerNames } from '../../workspaces/index.ts';
import { listGoals } from '../goals/index.ts';
import { readPeriod } from '../period.ts';
import * as queries from '../queries.ts';
import { type AnswerRow, answer, prepare } from './answer.ts';
import { filled, periodBefore, withPrevious } from './compare.ts';
import { findConversion } from './convert.ts';
import { isTime } from './dimensions.ts';
import { metrics } from './metrics.ts';
import { planOf } from './plan.ts';
import { dimensionsOf, type Owner, type Question } from './question.ts';
import type { Format, readRequest } from './read-question.ts';

export interface QueryDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  clock: Clock;
  lagSeconds(): Promise<number>;
}

/** Whose report it is, and how they count money and days. */
export interface Subject {
  owner: Owner;
  currency: Currency;
  timeZone: string;
}

type Request = ReturnType<typeof readRequest>;

interface Asked {
  question: Question;
  currencies: QueryAnswer['currencies'];
}

/** From a request to a question that can be put: its period, its segment, the currencies that occur. */
async function ask(deps: QueryDeps, subject: Subject, request: Request): Promise<Asked> {
  const { owner, timeZone } = subject;
  const period = readPeriod(request, timeZone, deps.clock.now());
  const filters: ReportFilter[] = [
    ...request.filters,
    ...(request.segment === undefined ? [] : await getSegment(deps, owner, request.segment)),
  ];
  const asked = [...request.dimensions, ...dimensionsOf(filters)];
  const groups = asked.includes('group')
    ? await queries.listGroupsOfPartners(deps.postgres, owner)
    : new Map<number, string>();
  const currency = (request.currency?.toUpperCase() ?? subject.currency) as Currency;
  if (request.metrics.includes('goal_value_cents') && currency !== subject.currency)
    throw new AppError('invalid_request', `goal_value_cents is in ${subject.currency}, and not converted`);
  const draft: Question = {
    ...{ owner, period, timeZone, filters, groups },
    ...{ metrics: request.metrics, dimensions: request.dimensions, orderBy: request.orderBy },
    ...{ limit: request.limit, offset: request.offset },
    money: { currency, factors: [], isConverted: false },
  };
  const { bySource } = planOf(draft);
  if (bySource.has('goals')) draft.goals = await listGoals(deps.postgres, owner);
  if (!asksForMoney(request)) return { question: draft, currencies: [] };
  const { money, currencies } = await findConversion(
    deps,
    { owner, period, filters, groups, timeZone },
    currency,
  );
  return { question: { ...draft, money }, currencies };
}

/** Answers a query in JSON. */
export async function runQuery(deps: QueryDeps, subject: Subject, request: Request): Promise<QueryAnswer> {
  // Read before the rows: what came meanwhile is not promised to be in them.
  const lagSeconds = await deps.lagSeconds();
  const { question, currencies } = await ask(deps, subject, request);
  const { period, timeZone } = question;
  const found = await answer(deps.clickhouse, { ...question, limit: question.limit + 1 });
  const isMore = found.length > question.limit;
  const page = found.slice(0, question.limit);
  const isCurve = question.offset === 0 && !isMore && request.orderBy.every(({ by }) => isTime(by as never));
  let rows: (AnswerRow & { previous?: AnswerRow['metrics'] })[] = isCurve ? filled(question, page) : page;
  if (request.orderBy[0]?.direction === 'desc' && isCurve) rows = [...rows].reverse();
  const earlier = request.compare && periodBefore(period, timeZone, request.compare);
  if (earlier !== undefined) {
    // Other currencies may have occurred then.
    const money = asksForMoney(request)
      ? (await findConversion(deps, { ...question, period: earlier }, question.money.currency as Currency))
          .money
      : question.money;
    rows = await withPrevious(deps.clickhouse, { ...question, money }, rows, earlier);
  }
  return {
    rows: await withNames(deps.postgres, question, rows),
    next_offset: isMore ? question.offset + question.limit : null,
    ...ends(period),
    ...(earlier === undefined ? {} : { compared: ends(earlier) }),
    time_zone: timeZone,
    currency: question.money.currency,
    currencies,
    lag_seconds: Math.round(lagSeconds * 1000) / 1000,
  };
}

const asksForMoney = ({ metrics: asked }: Request) => asked.some((name) => metrics[name].isMoney);

function ends({ from, before }: Question['period']): { from: string; to: string } {
  return { from: from.toISOString(), to: new Date(before.getTime() - 1).toISOString() };
}

const formats: Record<Exclude<Format, 'json'>, { name: 'CSVWithNames' | 'Parquet'; type: string }> = {
  csv: { name: 'CSVWithNames', type: 'text/csv; charset=utf-8' },
  parquet: { name: 'Parquet', type: 'application/vnd.apache.parquet' },
};

/** Answers a query as a file, which ClickHouse itself writes and nobody here holds in memory. */
export async function exportQuery(
  deps: QueryDeps,
  subject: Subject,
  request: Request,
  format: Exclude<Format, 'json'>,
): Promise<{ file: Readable; type: string; name: string }> {
  if (request.compare !== undefined)
    throw new AppError('invalid_request', 'compare is invalid: a file has no earlier period');
  const { question } = await ask(deps, subject, request);
  const { sql, params } = await prepare(deps.clickhouse, question, { isFile: true });
  const { name, type } = formats[format];
  const day = question.period.from.toISOString().slice(0, 10);
  return {
    file: await deps.clickhouse.stream(`${sql} format ${name}`, params),
    type,
    name: `report-${day}.${format}`,
  };
}

async function getSegment(deps: QueryDeps, owner: Owner, name: string): Promise<ReportFilter[]> {
  const segment = await queries.findSegmentByName(deps.postgres, owner, name);
  if (segment === undefined) throw new AppError('segment_not_found');
  return segment.filters as ReportFilter[];
}

/** Partners, groups and links are shown by name as well. */
async function withNames<Row extends AnswerRow>(
  postgres: Postgres,
  { owner: { workspaceId }, dimensions }: Question,
  rows: readonly Row[],
): Promise<(Row & { names?: Record<string, string> })[]> {
  const idsOf = (dimension: string) =>
    [...new Set(rows.map((row) => Number(row.dimensions[dimension])))].filter((id) => id > 0);
  const names = new Map<string, ReadonlyMap<number, string>>();
  if (dimensions.includes('partner'))
    names.set('partner', await listPartnerNames(postgres, workspaceId, idsOf('partner')));
  if (dimensions.includes('link'))
    names.set('link', await queries.listLinkCodes(postgres, workspaceId, idsOf('link')));
  if (dimensions.includes('group'))
    names.set('group', await queries.listGroupNames(postgres, workspaceId, idsOf('group')));
  if (names.size === 0) return [...rows];
  return rows.map((row) => {
    const own = [...names].flatMap(([dimension, known]) => {
      const name = known.get(Number(row.dimensions[dimension]));
      return name === undefined ? [] : [[dimension, name] as const];
    });
    return own.length === 0 ? row : { ...row, names: Object.fromEntries(own) };
  });
}

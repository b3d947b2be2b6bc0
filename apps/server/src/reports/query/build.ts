import { invariant } from '../../platform/index.ts';
import { matchedGoals } from '../goals/index.ts';
import { addDays } from '../period.ts';
import { actsOf, splitActs } from './acts.ts';
import { type Coverage, ownerCondition, ownerParams } from './coverage.ts';
import { bucketOf, expressionOf, instantOf, isTime, type Source, storedOf, textOf } from './dimensions.ts';
import { conditionOf, Params, readFrom } from './filters.ts';
import { type Component, type ComponentName, components, mergedOf, nothingOf } from './metrics.ts';
import type { Plan, Shortcut } from './plan.ts';
import { dimensionsOf, type Period, type Question } from './question.ts';

/** How a source answers: by a table of sums as far as it reaches, and by the events themselves for the rest. */
export interface Means {
  shortcut: Shortcut | undefined;
  coverage: Coverage | undefined;
}

export interface BuiltQuery {
  sql: string;
  params: Record<string, unknown>;
}

/**
 * The pieces of a source: each a select of the dimensions `d0…` and the components `c_…`. Rows of sums go into the whole as
 * they are: to add them up by themselves first would join every set of visitors twice.
 */
type Select = {
  dims: readonly string[];
  counts: ReadonlyMap<ComponentName, string>;
  from: string;
  areSums?: true;
};

/**
 * One query for the whole question: every source in its pieces, put together and added up, and the metrics reckoned from
 * that. In a file the
 * columns are named as they were asked for.
 */
export function buildQuery(
  question: Question,
  plan: Plan,
  means: ReadonlyMap<Source, Means>,
  isFile = false,
): BuiltQuery {
  const params = new Params();
  const names = [...plan.bySource.values()].flat();
  const pieces = [...plan.bySource].flatMap(([source, own]) =>
    piecesOf(
      question,
      source,
      own,
      means.get(source) ?? { shortcut: undefined, coverage: undefined },
      params,
    ),
  );
  const { isConverted } = question.money;
  const dims = question.dimensions.map((_, index) => `d${index}`);
  const union = pieces.map(({ dims: values, counts, from, areSums }) => {
    const columns = [
      ...values.map((value, index) => `${value} as d${index}`),
      ...names.map((name) => `${counts.get(name) ?? nothingOf(name, isConverted)} as c_${name}`),
    ];
    const by = areSums || values.length === 0 ? '' : ` group by ${dims.join(', ')}`;
    return `select ${columns.join(', ')} from ${from}${by}`;
  });
  const merged = [...dims, ...names.map((name) => `${mergedOf(name)} as ${name}`)].join(', ');
  const together = `select ${merged} from (${union.join('\nunion all\n')})${
    dims.length === 0 ? '' : ` group by ${dims.join(', ')}`
  }`;
  const columns = [
    ...question.dimensions.map((name, index) => `d${index} as \`${isFile ? name : `d${index}`}\``),
    ...plan.metrics.map(({ name, as }) => `${as} as \`m_${name}\``),
  ];
  const some = plan.metrics.map(({ of }) => of.map((name) => `${name} != 0`).join(' or ')).join(' or ');
  // A row of nothing says nothing; without a dimension there is one row whatever it says.
  const where = dims.length === 0 ? '' : ` where ${some}`;
  const inner = `select ${columns.join(', ')} from (${together})${where}`;
  const order = orderOf(question, isFile);
  const sql = isFile
    ? `select ${[...question.dimensions, ...plan.metrics.map(({ name }) => `\`m_${name}\` as \`${name}\``)].join(', ')}
       from (${inner}${order} limit ${question.limit} offset ${question.offset})`
    : `${inner}${order} limit ${question.limit} offset ${question.offset}`;
  return {
    sql,
    params: {
      ...ownerParams(question.owner),
      timeZone: question.timeZone,
      partners: [...question.groups.keys()],
      groups: [...question.groups.values()],
      currency: question.money.currency,
      fxCurrency: question.money.factors.map(({ currency }) => currency),
      fxDay: question.money.factors.map(({ day }) => day),
      fxFactor: question.money.factors.map(({ factor }) => factor),
      ...params.values,
    },
  };
}

/** Ends with every dimension, so that pages neither repeat nor hide a row. */
function orderOf({ orderBy, dimensions }: Question, isFile: boolean): string {
  const column = (by: string) => {
    const index = (dimensions as readonly string[]).indexOf(by);
    if (index < 0) return `\`m_${by}\``;
    return isFile ? `\`${by}\`` : `d${index}`;
  };
  const asked = orderBy.map(({ by, direction }) => `${column(by)} ${direction} nulls last`);
  const rest = dimensions
    .filter((one) => orderBy.every(({ by }) => by !== one))
    .map((one) => `${column(one)} asc`);
  const all = [...asked, ...rest];
  return all.length === 0 ? '' : ` order by ${all.join(', ')}`;
}

function piecesOf(
  question: Question,
  source: Source,
  names: readonly ComponentName[],
  { shortcut, coverage }: Means,
  params: Params,
): Select[] {
  if (source === 'acts') {
    return splitActs(names).map((own) => eventsPiece(question, source, own, [question.period], params));
  }
  if (shortcut?.kind === 'hours') return [hoursPiece(question, names, params)];
  if (shortcut === undefined || coverage === undefined) {
    return [eventsPiece(question, source, names, [question.period], params)];
  }
  const pieces: Select[] = [];
  if (coverage.months.length + coverage.days.length > 0) {
    pieces.push(rollupPiece(question, names, shortcut, coverage, params));
  }
  if (coverage.gaps.length > 0) pieces.push(eventsPiece(question, source, names, coverage.gaps, params));
  // Something must be asked, if only to learn that there is nothing.
  return pieces.length > 0
    ? pieces
    : [
        eventsPiece(
          question,
          source,
          names,
          [{ from: question.period.from, before: question.period.from }],
          params,
        ),
      ];
}

function countsOf(
  names: readonly ComponentName[],
  read: (component: Component) => string | undefined,
  isConverted: (name: ComponentName) => boolean = () => false,
) {
  return new Map(
    names.map((name) => {
      const expression = read(components[name]);
      invariant(expression !== undefined, 'a shortcut holds every component asked of it');
      // Sums of different widths cannot stand in one column.
      const isSet = (components[name] as Component).merge === 'distinct';
      return [name, isSet || isConverted(name) ? expression : `toInt64(${expression})`];
    }),
  );
}

function rollupPiece(
  question: Question,
  names: readonly ComponentName[],
  { dimension, grains }: Extract<Shortcut, { kind: 'rollups' }>,
  { months, days }: Coverage,
  params: Params,
): Select {
  const own = ownerCondition(question.owner);
  const fine = grains.includes('hour') ? 'hour' : 'day';
  const ranges = [
    ...(months.length === 0 ? [] : [`(grain = 'month' and ${amongMonths(months, params)})`]),
    ...(days.length === 0 ? [] : [`(grain = '${fine}' and ${amongDays(days, params)})`]),
  ];
  const condition = conditionOf(question.filters, () => 'key', params);
  // An hour is part of what was added up as a day.
  const built = fine === 'hour' ? "'day', toStartOfDay(at, 'UTC')" : 'grain, at';
  return {
    dims: question.dimensions.map((one) => (isTime(one) ? bucketOf(one, 'at') : 'key')),
    counts: countsOf(names, ({ inRollups }) => inRollups),
    from: `rollups where ${own} and dimension = '${dimension}' and (${ranges.join(' or ')})
      and (website_id, program_id, ${built}, build) in (
        select website_id, program_id, grain, at, build from rollup_builds final where ${own})
      ${condition === '' ? '' : `and ${condition}`}`,
    areSums: true,
  };
}

/** Which months; the first and the last of them as well, for those are a range of the index. */
function amongMonths(months: readonly string[], params: Params): string {
  const [first, last] = [months[0], months.at(-1)].map((month) => params.bind(month, 'Date'));
  return `at >= toDateTime(${first}, 'UTC') and at <= toDateTime(${last}, 'UTC')
    and toDate(at) in ${params.bind(months, 'Array(Date)')}`;
}

/** From the first to the last of them; of a few gaps the days between are named, of many those that are there. */
function amongDays(days: readonly string[], params: Params): string {
  const [first, last] = [days[0], days.at(-1)].map((day) => params.bind(day, 'Date'));
  const missing = daysBetween(days);
  const within = `at >= toDateTime(${first}, 'UTC') and at < toDateTime(${last} + 1, 'UTC')`;
  if (missing.length === 0) return within;
  return missing.length < days.length
    ? `${within} and toDate(at) not in ${params.bind(missing, 'Array(Date)')}`
    : `${within} and toDate(at) in ${params.bind(days, 'Array(Date)')}`;
}

/** The days from the first to the last of some that are not among them. */
function daysBetween(days: readonly string[]): string[] {
  const between: string[] = [];
  for (const [index, day] of days.entries()) {
    const next = days[index + 1];
    for (let at = addDays(day, 1); next !== undefined && at < next; at = addDays(at, 1)) between.push(at);
  }
  return between;
}

function hoursPiece(question: Question, names: readonly ComponentName[], params: Params): Select {
  return {
    dims: question.dimensions.map((one) => (isTime(one) ? bucketOf(one, 'hour') : "''")),
    counts: countsOf(names, ({ inHours }) => inHours),
    from: `hours where ${ownerCondition(question.owner)} and ${within('hour', question.period, params)}`,
    areSums: true,
  };
}

const during = (instant: string, periods: readonly Period[], params: Params): string =>
  `(${periods.map((period) => `(${within(instant, period, params)})`).join(' or ')})`;

const within = (instant: string, { from, before }: Period, params: Params): string =>
  `${instant} >= fromUnixTimestamp64Milli(${params.bind(from.getTime(), 'Int64')})
     and ${instant} < fromUnixTimestamp64Milli(${params.bind(before.getTime(), 'Int64')})`;

function eventsPiece(
  question: Question,
  source: Source,
  names: readonly ComponentName[],
  periods: readonly Period[],
  params: Params,
): Select {
  const dims = question.dimensions.map((one) => expressionOf(one, source) as string);
  const { isConverted } = question.money;
  const counts = countsOf(
    names,
    ({ expression }) => expression,
    (name) => isConverted && components[name].merge === 'money',
  );
  const condition = conditionOf(question.filters, readFrom(source), params);
  const where = [
    ownerCondition(question.owner),
    during(instantOf[source], periods, params),
    ...(condition === '' ? [] : [condition]),
  ].join(' and ');
  switch (source) {
    case 'visits':
      return { dims, counts, from: `${visitsOf(periods, params)} and ${where}` };
    case 'audience': {
      const names = (question.goals ?? []).map(({ name }) => name);
      const all = `arrayJoin(${params.bind(names, 'Array(String)')}) as goal`;
      return { dims, counts, from: `(select *, ${all} from ${visitsOf(periods, params)}) where ${where}` };
    }
    case 'goals':
      return {
        dims,
        counts,
        from: `${goalsOf(question, [...dims, condition], periods, params)} where ${where}`,
      };
    case 'views': {
      // What else is asked about a page is about those who saw it.
      const types = dimensionsOf(question.filters).concat(question.dimensions).includes('page')
        ? "type = 'pageview'"
        : "type in ('pageview', 'custom')";
      return {
        dims,
        counts,
        from: `events where ${types} and session_id != '' and is_test = 0 and ${where}`,
      };
    }
    case 'acts':
      return {
        dims: question.dimensions.map((one, index) => textOf(one, `k${index}`)),
        counts,
        from: `(${actsOf(question, names, question.dimensions.map(storedOf), where)})`,
      };
  }
}

/** The visits of some periods: their day is in the index, their first instant is not. */
function visitsOf(periods: readonly Period[], params: Params): string {
  const days = periods.map((period) => {
    const [first, last] = [period.from, period.before].map((at) =>
      params.bind(at.toISOString().slice(0, 10), 'Date32'),
    );
    return `(day >= ${first} and day <= ${last})`;
  });
  // A visit whose own event is not here yet has begun at zero.
  return `sessions final where (${days.join(' or ')}) and toUnixTimestamp64Milli(started_at) != 0`;
}

/** What a page view or event does not carry itself: its visit has it. */
const ofVisitAlone =
  /\b(channel|source|medium|campaign|term|content|click_id_kind|referrer_host|landing_page|exit_page|language|partner_id|link_id|is_returning)\b/g;

/** Page views and events that reached a goal, once for each that they reached, with as much of their visit as is read. */
function goalsOf(
  { owner, goals = [] }: Question,
  read: readonly string[],
  periods: readonly Period[],
  params: Params,
): string {
  const { reached, any } = matchedGoals(goals, (value, type) => params.bind(value, type));
  const own = ownerCondition(owner);
  const carried =
    'workspace_id, website_id, program_id, occurred_at, visitor_id, path, country, region, city, device, browser, os';
  const rows = (columns: string) => `select ${columns} from events
      where type in ('pageview', 'custom') and session_id != '' and is_test = 0
        and ${own} and ${during('occurred_at', periods, params)} and ${any}`;
  const session = 'cityHash64(visitor_id, session_id)';
  const matched = `select ${carried}, visit.1 as visit_session, visit.2 as visit_began, goal_reached.1 as goal, goal_reached.2 as value
      from (${rows(`${carried}, (${session}, visit_day) as visit, arrayJoin(${reached}) as goal_reached`)})`;
  const columns = [...new Set(read.flatMap((expression) => expression.match(ofVisitAlone) ?? []))];
  if (columns.length === 0) return `(${matched})`;
  return `(select g.*, ${columns.map((column) => `s.${column} as ${column}`).join(', ')}
      from (${matched}) g
      any left join (
        select day, session, ${columns.join(', ')} from sessions final
        where ${own} and (day, session) in (${rows(`visit_day, ${session}`)})
      ) s on g.visit_session = s.session and g.visit_began = s.day)`;
}

import type { FunnelStep, RevenueDimension } from '@headwater/contract';
import type { ClickHouse } from '../../platform/index.ts';
import { ownClicks, ownRows, personLinks, personsOfEvent, subjectParams } from '../persons.ts';
import { expressionOf } from '../query/dimensions.ts';
import type { Subject } from '../subject.ts';

export interface FunnelScope {
  subject: Subject;
  from: Date;
  before: Date;
  steps: readonly FunnelStep[];
  windowMs: number;
  by: RevenueDimension | undefined;
}

export interface Funnel {
  /** People who took each step. */
  persons: number[];
  /** The same by key, the keys with most people first. */
  rows: { key: string; persons: number[] }[];
}

const maxRows = 200;

// A moment of an event's rows within ClickHouse: ms × this, + where the row stands among those of its ms.
const slots = 128;

/**
 * How many people took the steps, one after another, the last within the window of the first. One scan.
 *
 * `windowFunnel` lets one event take two steps that it fits both, and its strict mode loses people who did one thing
 * twice. So each event is told once for each step that it fits, the later step first, and each row fits one step only:
 * then one event cannot take two steps, but of two events in the same millisecond (a batch of the tracker) one may follow
 * the other, whichever was written first.
 */
export async function countFunnel(clickhouse: ClickHouse, scope: FunnelScope): Promise<Funnel> {
  const { steps } = scope;
  const numbers = steps.map((_, index) => index + 1);
  const rows = await clickhouse.rows<{ value: string } & Record<string, string>>(
    funnelSql(scope),
    params(scope),
  );
  const persons = numbers.map((step) => Number(rows[0]?.[`all_${step}`] ?? 0));
  const shown = rows
    .slice(0, maxRows)
    .map((row) => ({ key: row.value, persons: numbers.map((step) => Number(row[`step_${step}`])) }));
  return { persons, rows: scope.by === undefined ? [] : shown };
}

function funnelSql({ subject, steps, windowMs, by }: FunnelScope): string {
  const fits = steps.map((step, index) => `if(${condition(step, index)}, ${index + 1}, 0)`);
  const types =
    by === undefined
      ? `'pageview', 'custom', 'lead', 'payment'`
      : `'visit', 'pageview', 'custom', 'lead', 'payment'`;
  const isTouch = by === undefined ? '0' : `type in ('visit', 'click')`;
  const conditions = steps.map((_, index) => `step = ${index + 1}`).join(', ');
  const counts = steps.map((_, index) => `countIf(reached >= ${index + 1}) as step_${index + 1}`).join(', ');
  const sums = steps.map((_, index) => `sum(step_${index + 1}) over () as all_${index + 1}`).join(', ');
  return `with ${personLinks(subject)}
    select *, ${sums} from (
      select value, ${counts} from (
        select argMinIf(value, at, step = 0) as value,
          windowFunnel(${windowMs * slots + slots / 2 - 1})(
            toUInt64(at * ${slots} + fits[1] * 8 + 7 - step), ${conditions}) as reached
        from (
          select arrayJoin(persons) as person, at, value, fits,
            arrayJoin(if(is_touch, arrayConcat([0], fits), fits)) as step
          from (
            select ${personsOfEvent} as persons, toUnixTimestamp64Milli(t.occurred_at) as at, t.value as value,
              t.is_touch as is_touch, arrayFilter(step -> step > 0, t.fits) as fits
            from (
              select visitor_id, click_id, customer_id, occurred_at, ${isTouch} as is_touch,
                ${by === undefined ? `''` : `toString(${expressionOf(by, 'acts')})`} as value, [${fits.join(', ')}] as fits
              from events
              where ((${ownRows(subject)} and type in (${types})) or (${ownClicks(subject)} and type = 'click'))
                and sign = 1
                and occurred_at >= fromUnixTimestamp64Milli({from:Int64})
                and occurred_at < fromUnixTimestamp64Milli({before:Int64})
                and (is_touch or arraySum(fits) > 0)
            ) t
            left join browser_persons b on b.visitor_id = t.visitor_id
            left join click_persons c on c.click_id = t.click_id
          )
        )
        group by person
      )
      where reached > 0
      group by value
    )
    order by step_1 desc, value limit ${maxRows}`;
}

function condition(step: FunnelStep, index: number): string {
  switch (step.type) {
    case 'pageview':
      return step.path === undefined
        ? `type = 'pageview'`
        : `type = 'pageview' and path like {pattern_${index}:String}`;
    case 'event':
      return `type = 'custom' and name = {name_${index}:String}`;
    default:
      return `type = '${step.type}'`;
  }
}

function params({ subject, from, before, steps }: FunnelScope): Record<string, unknown> {
  const words = steps.flatMap(({ path, name }, index): [string, string][] => [
    ...(path === undefined ? [] : [[`pattern_${index}`, toLike(path)] as [string, string]]),
    ...(name === undefined ? [] : [[`name_${index}`, name] as [string, string]]),
  ]);
  return {
    ...subjectParams(subject),
    from: from.getTime(),
    before: before.getTime(),
    ...Object.fromEntries(words),
  };
}

/** A path with `*` for anything, as a pattern of LIKE. */
function toLike(path: string): string {
  return path.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`).replaceAll('*', '%');
}

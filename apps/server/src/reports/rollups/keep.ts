import { type ClickHouse, type Clock, dayMs, type Log } from '../../platform/index.ts';
import { buildRollups } from './build.ts';
import { checkRollups, healRollups } from './check.ts';

/** So far back a daily check looks for what a view missed. */
const checkedDays = 35;
/** Nothing arrives any more for days before these. */
const openDays = 2;

/** The job: adds up what is over. */
export async function keepRollups(deps: { clickhouse: ClickHouse; clock: Clock; log: Log }): Promise<void> {
  await buildRollups(deps.clickhouse, deps.clock, deps.log);
}

/**
 * The daily job: whether views and events are the same for the days that are over; what views lack is added, and told. Where
 * they were never filled (events from before there were views), all days are checked.
 */
export async function mendRollups(deps: { clickhouse: ClickHouse; clock: Clock; log: Log }): Promise<void> {
  const { clickhouse, clock, log } = deps;
  const today = clock.now().getTime();
  const dayBefore = (days: number) => new Date(today - days * dayMs).toISOString().slice(0, 10);
  const [first] = await clickhouse.rows<{ day: string }>(
    `select toString(min(visit_day)) as day from events
     where visit_day <= {last:Date} and type in ('visit', 'pageview') and (select count() from hours) = 0`,
    { last: dayBefore(openDays) },
  );
  const unfilled = first?.day !== undefined && first.day > '1970-01-01' ? first.day : undefined;
  const period = { first: unfilled ?? dayBefore(checkedDays), last: dayBefore(openDays) };
  const differences = await checkRollups(clickhouse, period);
  if (differences.length === 0) return;
  const days = [...new Set(differences.map(({ day }) => day))];
  log.warn({ days: days.length, first: days[0] }, 'views of ClickHouse lacked events; adding them');
  await healRollups(clickhouse, period);
}

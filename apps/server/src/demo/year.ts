import { dayMs } from '../platform/index.ts';

const daysOfYear = 365;

/**
 * How many of the year's visits come on each of its days, the last of which is `until` (YYYY-MM-DD): twice as many at the end
 * as at the beginning, few at weekends and in summer, a rush before Christmas and after each launch.
 */
export function visitsByDay(visits: number, until: string): { day: string; visits: number }[] {
  const last = Date.parse(`${until}T00:00:00Z`);
  const days = Array.from({ length: daysOfYear }, (_, index) => {
    const at = new Date(last - (daysOfYear - 1 - index) * dayMs);
    return { day: at.toISOString().slice(0, 10), weight: weightOf(at, index) };
  });
  const whole = days.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  let given = 0;
  return days.map(({ day, weight }) => {
    reached += weight;
    const upTo = Math.round((visits * reached) / whole);
    const own = upTo - given;
    given = upTo;
    return { day, visits: own };
  });
}

function weightOf(at: Date, index: number): number {
  const growth = 1 + index / daysOfYear;
  const isWeekend = at.getUTCDay() % 6 === 0;
  const season = [0.95, 1, 1.08, 1.05, 1, 0.92, 0.8, 0.82, 1.05, 1.1, 1.3, 1.05][at.getUTCMonth()] as number;
  // A launch every ten weeks, whose echo fades within days.
  const sinceLaunch = index % 70;
  const launch = sinceLaunch < 7 ? 1 + 0.8 * 0.6 ** sinceLaunch : 1;
  return growth * (isWeekend ? 0.55 : 1.1) * season * launch;
}

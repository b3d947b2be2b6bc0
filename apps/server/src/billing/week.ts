import { dayMs } from '../platform/index.ts';

export const weekMs = 7 * dayMs;
/** A week is billed on the Monday after it, at this hour (UTC). */
const billingHourMs = 9 * 3_600_000;
/** 1970-01-05 was a Monday. */
const firstMondayMs = 4 * dayMs;

/** Monday 00:00 UTC of the week that an instant is in. */
export function mondayOf(at: Date): Date {
  const weeks = Math.floor((at.getTime() - firstMondayMs) / weekMs);
  return new Date(firstMondayMs + weeks * weekMs);
}

/** The end of the last week whose billing hour has come: a Monday 00:00 UTC. */
export function lastBilledMonday(now: Date): Date {
  return mondayOf(new Date(now.getTime() - billingHourMs));
}

/** When the next week is billed. */
export function nextBillingAt(now: Date): Date {
  return new Date(nextMonday(lastBilledMonday(now)).getTime() + billingHourMs);
}

export function nextMonday(monday: Date): Date {
  return new Date(monday.getTime() + weekMs);
}

type Interval = 'hour' | 'day' | 'week' | 'month';

/** The time bucket of a report that an instant falls into, as its rows name it. */
export function bucketOf(at: string, interval: Interval, timeZone: string): string {
  const instant = new Date(at);
  if (interval === 'hour')
    return new Date(Math.floor(instant.getTime() / 3_600_000) * 3_600_000).toISOString().replace('.000', '');
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant);
  if (interval === 'day') return day;
  if (interval === 'month') return day.slice(0, 7);
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

export interface Month {
  /** `2026-03` */
  key: string;
  name: string;
  from: string;
  to: string;
}

/** The months from somebody's first until now, the newest first; five years at most. */
export function monthsSince(joinedAt: string, now = new Date()): Month[] {
  const first = new Date(joinedAt);
  const named = new Intl.DateTimeFormat(navigator.language, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const months: Month[] = [];
  for (let back = 0; back < 60; back += 1) {
    const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0));
    if (end < first) break;
    const day = (at: Date) => at.toISOString().slice(0, 10);
    months.push({ key: day(start).slice(0, 7), name: named.format(start), from: day(start), to: day(end) });
  }
  return months;
}

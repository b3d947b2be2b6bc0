/** What was begun before Stripe's page was opened: for whom, and what must come back. In this tab alone. */
export interface Start {
  programId: number;
  state: string;
}

const key = 'headwater.stripe';

export function keepStart(start: Start): void {
  sessionStorage.setItem(key, JSON.stringify(start));
}

export function findStart(): Start | undefined {
  const kept = sessionStorage.getItem(key);
  return kept === null ? undefined : (JSON.parse(kept) as Start);
}

export function forgetStart(): void {
  sessionStorage.removeItem(key);
}

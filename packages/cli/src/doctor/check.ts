/** What one look found, and what to do about it. */
export interface Check {
  name: string;
  /** `warning`: it works, but somebody should look. `skipped`: there was nothing to look at. */
  status: 'ok' | 'warning' | 'fail' | 'skipped';
  text: string;
  advice: string | null;
}

type Found = (text: string, advice?: string) => Check;

/** The four ways in which a look may end. */
export function checkOf(name: string): Record<'ok' | 'warning' | 'fail' | 'skipped', Found> {
  const of =
    (status: Check['status']): Found =>
    (text, advice) => ({ name, status, text, advice: advice ?? null });
  return { ok: of('ok'), warning: of('warning'), fail: of('fail'), skipped: of('skipped') };
}

/** How long anything that is asked over a network may take. */
export const patienceMs = 5000;

import type { Health } from '@headwater/contract';
import { type Check, checkOf, patienceMs } from './check.ts';
import { checkDisk, checkNode, checkPort } from './machine.ts';

/** Whether it serves, and each part that it depends on. */
export async function checkReady(url: string): Promise<{ check: Check; isHeadwater: boolean }> {
  const { ok, fail } = checkOf('server');
  const reply = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(patienceMs) }).catch(
    () => undefined,
  );
  if (reply === undefined) return { check: await checkPort(url), isHeadwater: false };
  const said = (await reply.json().catch(() => undefined)) as Record<string, unknown> | undefined;
  if (typeof said?.status !== 'string') {
    const check = fail(
      `${url} is answered by something that is no Headwater`,
      'Set HEADWATER_URL to where it is.',
    );
    return { check, isHeadwater: false };
  }
  if (reply.ok) return { check: ok(`ready at ${url}`), isHeadwater: true };
  const away = Object.entries(said).flatMap(([name, isThere]) => (isThere === false ? [name] : []));
  const text = `${url} is up, but not ready: ${away.join(', ')} does not answer`;
  return { check: fail(text, 'Wait a moment; else its log says why.'), isHeadwater: true };
}

/** What the server tells of itself. `askedAt` and `answeredAt`: by the clock here. */
export function checkHealth(health: Health, askedAt: number, answeredAt: number): Check[] {
  const { free_bytes: free } = health.disk;
  return [
    checkNode('node of the server', health.server.node),
    ...checkEngines(health),
    ...(free === null ? [] : [checkDisk('disk', free)]),
    checkClock(health, askedAt, answeredAt),
    checkDatabaseClock(health),
    checkEventLog(health),
    ...checkQueues(health),
  ];
}

function checkEngines({ engines }: Health): Check[] {
  return (['postgres', 'clickhouse'] as const).map((name) => {
    const { ok, fail } = checkOf(name);
    const version = engines[name];
    if (version !== null) return ok(`answers, version ${version}`);
    return name === 'postgres'
      ? fail('does not answer', 'Nothing is taken until it does: look at DATABASE_URL, and at its log.')
      : fail(
          'does not answer',
          'Events wait in PostgreSQL meanwhile: look at CLICKHOUSE_URL, and at its log.',
        );
  });
}

// Stripe takes no signature that is five minutes off; reports and windows are out by as much as the clock.
const [odd, wrong] = [5, 60];

function checkClock({ at }: Health, askedAt: number, answeredAt: number): Check {
  const off = (Date.parse(at) - (askedAt + answeredAt) / 2) / 1000;
  return judgeClock('clock', off, 'of the server against this machine', 'Set both by NTP.');
}

function checkDatabaseClock({ clock }: Partial<Health>): Check {
  // A server of an earlier version does not tell.
  const off = clock?.postgres_ahead_seconds ?? null;
  if (off === null) return checkOf('clock of postgres').skipped('could not be read');
  return judgeClock('clock of postgres', off, 'against the server', 'Set the clock of both machines by NTP.');
}

function judgeClock(name: string, off: number, what: string, advice: string): Check {
  const { ok, warning, fail } = checkOf(name);
  const size = Math.abs(off);
  if (size < odd) return ok(`right to ${size < 1 ? 'a second' : `${Math.ceil(size)} seconds`} ${what}`);
  const text = `${Math.round(size)} seconds ${off > 0 ? 'ahead' : 'behind'} ${what}`;
  return size < wrong ? warning(text, advice) : fail(text, advice);
}

function checkEventLog({ event_log: { lag_seconds: lag, waiting, refused } }: Health): Check {
  const { ok, warning } = checkOf('event log');
  if (refused > 0)
    return warning(
      `${refused} events were refused by ClickHouse and are kept aside`,
      'The server’s log says why.',
    );
  return lag > 60
    ? warning(
        `ClickHouse is ${Math.round(lag)} seconds behind (${waiting} batches wait)`,
        'Is ClickHouse slow, or away?',
      )
    : ok(`ClickHouse is ${lag.toFixed(1)} seconds behind`);
}

function checkQueues({ stripe_inbox: inbox, webhooks, mails }: Health): Check[] {
  const stripe = checkOf('stripe inbox');
  const out = checkOf('webhooks sent');
  const mail = checkOf('mails');
  return [
    inbox.failed > 0
      ? stripe.fail(
          `${inbox.failed} events could not be processed`,
          'headwater stripe events --state failed says why; headwater stripe replay tries them again.',
        )
      : stripe.ok(`${inbox.waiting} waiting, none failed`),
    webhooks.dead > 0
      ? out.warning(
          `${webhooks.dead} were given up`,
          'Mend the receiver, and replay them on the page Settings → Webhooks.',
        )
      : out.ok(`${webhooks.pending} waiting, none given up`),
    mails.waiting > 0 && !mails.can_send
      ? mail.warning(
          `${mails.waiting} are kept, for there is no mail server`,
          'Set SMTP_URL where the server runs.',
        )
      : mail.ok(mails.can_send ? `${mails.waiting} waiting` : 'none to send'),
  ];
}

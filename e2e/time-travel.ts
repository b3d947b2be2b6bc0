import { createServer } from 'node:net';
import { issueInvoices } from '../apps/server/src/billing/index.ts';
import { releaseHolds } from '../apps/server/src/commissions/index.ts';
import { openFirstOwnerLink } from '../apps/server/src/people/index.ts';
import { openTestServer, type TestClock, type TestServer } from '../apps/server/test/test-server.ts';

const dayMs = 86_400_000;

/**
 * The whole server on stores of its own, listening, whose clock a journey may move: money needs weeks from a sale to a payout,
 * and people do not wait. It may begin some days ago, so that what happened lies behind today, where the browser is.
 */
export interface TimeMachine {
  url: string;
  server: TestServer;
  ownerLink: string;
  /** As the company’s own server, with a token; or as its operator. */
  // biome-ignore lint/suspicious/noExplicitAny: the journey looks into answers of every shape
  post(path: string, body: object, token?: string): Promise<any>;
  /** Two weeks pass: what was earned is released, and a Monday bills it. */
  letAWeekBeBilled(): Promise<void>;
  close(): Promise<void>;
}

export async function openTimeMachine(daysAgo: number): Promise<TimeMachine> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const clock = clockAhead(-daysAgo * dayMs);
  const server = await openTestServer({ clock, publicUrl: () => url });
  await server.server.app.listen({ port, host: '127.0.0.1' });
  const { postgres } = server.database;
  return {
    url,
    server,
    ownerLink: (await openFirstOwnerLink(server.server.people)) ?? '',
    async post(path, body, token = server.key) {
      const reply = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      return reply.json();
    },
    async letAWeekBeBilled() {
      clock.advance(7 * dayMs);
      await releaseHolds(postgres, clock.now());
      clock.advance(7 * dayMs);
      await issueInvoices({ postgres, clock });
    },
    close: () => server.close(),
  };
}

/** A clock that goes as ours does, so far ahead of it. */
function clockAhead(ms: number): TestClock {
  let ahead = ms;
  return {
    now: () => new Date(Date.now() + ahead),
    set(to) {
      ahead = new Date(to).getTime() - Date.now();
    },
    advance(by) {
      ahead += by;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

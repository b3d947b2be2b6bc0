import { issueInvoices } from '../apps/server/src/billing/index.ts';
import { releaseHolds } from '../apps/server/src/commissions/index.ts';
import { openFirstOwnerLink } from '../apps/server/src/people/index.ts';
import { openTestServer, type TestClock, type TestServer } from '../apps/server/test/test-server.ts';
import { freePort } from './run-headwater.ts';

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
  /** What is due to the one partner is made a batch, approved by a second person, and arrives; answers its total. */
  payOut(programId: number, reference: string): Promise<number>;
  close(): Promise<void>;
}

export async function openTimeMachine(daysAgo: number): Promise<TimeMachine> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const clock = clockAhead(-daysAgo * dayMs);
  const server = await openTestServer({ clock, publicUrl: () => url });
  await server.server.app.listen({ port, host: '127.0.0.1' });
  const { postgres } = server.database;
  const post: TimeMachine['post'] = async (path, body, token = server.key) => {
    const reply = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return reply.json();
  };
  return {
    url,
    server,
    ownerLink: (await openFirstOwnerLink(server.server.people)) ?? '',
    post,
    async letAWeekBeBilled() {
      clock.advance(7 * dayMs);
      await releaseHolds(postgres, clock.now());
      clock.advance(7 * dayMs);
      await issueInvoices({ postgres, clock });
    },
    async payOut(programId, reference) {
      const second = (await post('/api/v1/api-keys', { name: 'second person' })).data.key;
      const batch = (await post(`/api/v1/programs/${programId}/payout-batches`, {})).data;
      await post(`/api/v1/payout-batches/${batch.id}/approve`, {}, second);
      await post(`/api/v1/payout-batches/${batch.id}/start`, {});
      await post(`/api/v1/payouts/${batch.lines[0].id}/complete`, { reference });
      return batch.total_cents;
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

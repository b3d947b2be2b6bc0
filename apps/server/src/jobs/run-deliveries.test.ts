import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { tellStory } from '../../test/story.ts';
import { openTestServer, testSecret } from '../../test/test-server.ts';
import { createSealer, silentLog } from '../platform/index.ts';
import { deliverMessage } from '../webhooks/index.ts';
import { runDeliveries } from './index.ts';

it('a webhook gets twenty-one attempts by the runner, which take three days', async () => {
  let answer = 503;
  let attempts = 0;
  const receiver = createServer((request, response) => {
    attempts += 1;
    request.resume().on('end', () => response.writeHead(answer).end());
  });
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const server = await openTestServer({ webhooksAllowPrivate: true });
  const { postgres } = server.database;
  const deps = { postgres, clock: server.clock, sealer: createSealer(testSecret), allowPrivate: true };
  const runner = await runDeliveries({
    ...{ postgres, log: silentLog },
    deliver: (key, isLast) => deliverMessage(deps, key, isLast),
    mail: async () => {},
  });
  try {
    const made = await server.post('/api/v1/webhook-endpoints', { url }, server.key);
    await tellStory(server);
    await vi.waitFor(() => expect(attempts).toBe(1), 10_000);
    const jobs = () =>
      postgres.query<{ attempts: number; max_attempts: number; last_error: string }>(
        'select attempts, max_attempts, last_error from graphile_worker.jobs where locked_at is null',
      );
    await vi.waitFor(
      async () =>
        expect(await jobs()).toEqual([
          { attempts: 1, max_attempts: 21, last_error: expect.stringMatching(/answered 503$/) },
        ]),
      10_000,
    );
    // The runner waits e^n seconds after the n-th attempt, at most e^10.
    let seconds = 0;
    for (let attempt = 1; attempt < 21; attempt += 1) seconds += Math.exp(Math.min(10, attempt));
    expect(seconds / 86_400).toBeGreaterThan(2.8);
    expect(seconds / 86_400).toBeLessThan(3.5);

    answer = 204;
    const path = `/api/v1/webhook-endpoints/${made.body.data.id}/messages`;
    await vi.waitFor(async () => {
      const { body } = await server.get(path, server.key);
      expect(body.data).toMatchObject([{ type: 'program.created', state: 'delivered', attempts: 2 }]);
    }, 15_000);
    await vi.waitFor(async () => {
      const [left] = await postgres.query<{ jobs: number }>(
        'select count(*)::integer as jobs from graphile_worker.jobs',
      );
      expect(left?.jobs).toBe(0);
    }, 10_000);
  } finally {
    await runner.stop();
    receiver.close();
    await server.close();
  }
}, 60_000);

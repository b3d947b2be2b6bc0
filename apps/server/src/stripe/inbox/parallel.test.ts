import { openAccount } from '@headwater/stripe-double';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import { addSecret, deliver, eventsOf } from '../../../test/walls/stripe/deliveries.ts';

let server: TestServer;
let story: Story;
let secret: string;

beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server, { bound: false });
  await story.addPartner('anna');
  ({ secret } = await addSecret(server, story.programId));
});
afterAll(() => server.close());

it('bug 23: twenty first events of one buyer at once, on several workers, make one customer and one payment', async () => {
  const clickId = await story.click('anna');
  server.clock.advance(60_000);
  const account = openAccount({ livemode: true, now: () => server.clock.now() });
  const metadata = {
    program_id: String(story.programId),
    affitor_click_id: clickId,
    affitor_customer_key: 'user-1',
  };
  account.subscribe({ amount: 4900, email: 'Buyer@Customer.example', metadata });
  // The same purchase told of more than once, as two endpoints and retries do.
  const events = [...account.events, ...account.events, ...account.events].slice(0, 20);
  expect(events).toHaveLength(20);
  server.server.stripe.processor.start();
  const replies = await Promise.all(events.map((event) => deliver(server, story.programId, event, secret)));
  expect(replies.every(({ status }) => status === 200)).toBe(true);
  await expect
    .poll(async () => (await eventsOf(server, story.programId)).map((event) => event.state), {
      timeout: 20_000,
    })
    .not.toContain('waiting');
  expect(await eventsOf(server, story.programId, '&state=failed')).toEqual([]);

  const [row] = await server.database.postgres.query<{
    customers: bigint;
    payments: bigint;
    commissions: bigint;
  }>(
    `select (select count(*) from customers where program_id = $1 and customer_key = 'user-1') as customers,
       (select count(*) from payments where program_id = $1) as payments,
       (select count(*) from commissions where program_id = $1) as commissions`,
    [story.programId],
  );
  expect(row).toEqual({ customers: 1n, payments: 1n, commissions: 1n });
});

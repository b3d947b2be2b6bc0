import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSmtpDouble, type SmtpDouble } from '../../test/smtp-double.ts';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock, testSecret } from '../../test/test-server.ts';
import { sendMail } from '../mails/index.ts';
import { createSealer, dayMs } from '../platform/index.ts';
import { issueInvoices, markOverdue } from './index.ts';

// What a program's billing contact is written, and how it goes out.

let server: TestServer;
let smtp: SmtpDouble;
let story: Story;
let path: string;

beforeAll(async () => {
  smtp = await openSmtpDouble();
  server = await openTestServer({ clock: testClock('2026-06-02T12:00:00Z') });
});
afterAll(async () => {
  smtp.close();
  await server.close();
});
beforeEach(async () => {
  smtp.mails.length = 0;
  smtp.refuse(false);
  await server.database.postgres.query('delete from mails');
  story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
    settings: { hold_period_days: 0 },
  });
  path = `/api/v1/programs/${story.programId}`;
});

const put = (email: unknown) =>
  server.call('PUT', `${path}/billing-contact`, { email }, { token: server.key });
const outbox = async (query = '') => (await server.get(`${path}/mails${query}`, server.key)).body.data;

/** A sale, and the Monday after it. */
async function bill() {
  const code = `anna${story.programId}`;
  const { id } = await story.addPartner(code);
  const method = { method: 'paypal', email: 'anna@example.com' };
  await server.call('PUT', `${path}/partners/${id}/payout-method`, method, { token: server.key });
  const sale = { transaction_id: 't', customer_key: 'c', amount_cents: 123_450 };
  await story.sale({ ...sale, click_id: await story.click(code) });
  server.clock.advance(7 * dayMs);
  await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
}

/** One attempt at each mail that waits; how many are to be tried again. */
async function sendAll(options: { isConfigured?: boolean; isLast?: boolean } = {}): Promise<number> {
  const { postgres } = server.database;
  const waiting = await postgres.query<{ workspaceId: number; id: bigint }>(
    `select workspace_id as "workspaceId", id from mails where state = 'waiting' order by id`,
  );
  const from = 'Headwater <headwater@example.com>';
  const deps = {
    ...{ postgres, clock: server.clock, sealer: createSealer(testSecret) },
    smtp: options.isConfigured === false ? undefined : { url: smtp.url, from },
  };
  let failed = 0;
  for (const { workspaceId, id } of waiting) {
    await sendMail(deps, { workspaceId, id: Number(id) }, options.isLast ?? false).catch(() => {
      failed += 1;
    });
  }
  return failed;
}

describe('the billing contact', () => {
  it('is sealed at rest, read back masked, and gets a mail for each invoice, overdue one and batch', async () => {
    expect((await put('nobody')).body.error).toBe('email is invalid');
    expect((await put('billing@shop.example')).body).toEqual({
      data: { email_masked: 'b***@shop.example' },
    });
    const [row] = await server.database.postgres.query<{ text: string }>(
      `select encode(email_sealed, 'escape') || email_masked as text from billing_contacts where program_id = $1`,
      [story.programId],
    );
    expect(row?.text).not.toContain('billing@');
    await bill();
    server.clock.advance(8 * dayMs);
    await markOverdue({ postgres: server.database.postgres, clock: server.clock });
    expect((await server.post(`${path}/payout-batches`, {}, server.key)).status).toBe(201);

    expect(await sendAll()).toBe(0);
    expect(await sendAll()).toBe(0);
    expect(smtp.mails.map(({ to }) => to)).toEqual(Array(3).fill('billing@shop.example'));
    const subjects = smtp.mails.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim());
    expect(subjects).toEqual([
      expect.stringMatching(/^Invoice INV-2026-06-\d{4}: 246\.90 USD$/),
      expect.stringMatching(/^Invoice INV-2026-06-\d{4} is overdue$/),
      expect.stringMatching(/^Payout batch \d+: 246\.90 USD$/),
    ]);
    expect(smtp.mails[0]?.text).toMatch(/^From: Headwater <headwater@example.com>\r$/m);
    expect(smtp.mails[0]?.text).toContain('Please pay 246.90 USD by 2026-06-');
    expect(await outbox('?state=sent')).toHaveLength(3);
    expect((await outbox())[0]).toMatchObject({ to_masked: 'b***@shop.example', state: 'sent' });
  });

  it('that is not there gets none, and what is rolled back is not written', async () => {
    await bill();
    expect(await outbox()).toEqual([]);
    await put('billing@shop.example');
    await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
    expect(await outbox()).toEqual([]);
    const stranger = await server.otherWorkspace();
    expect((await server.get(`${path}/mails`, stranger)).status).toBe(404);
  });
});

describe('a mail', () => {
  beforeEach(async () => {
    await put('billing@shop.example');
    await bill();
  });

  it('is kept, whole, where there is no mail server', async () => {
    expect(await sendAll({ isConfigured: false })).toBe(0);
    expect(await outbox()).toMatchObject([
      {
        state: 'kept',
        subject: expect.stringMatching(/^Invoice/),
        body: expect.stringMatching(/Please pay/),
      },
    ]);
  });

  it('that is turned away is tried again, and failed after the last attempt', async () => {
    smtp.refuse(true);
    expect(await sendAll()).toBe(1);
    expect(await outbox()).toMatchObject([{ state: 'waiting', last_error: expect.stringMatching(/451/) }]);
    smtp.refuse(false);
    expect(await sendAll()).toBe(0);
    expect(await outbox()).toMatchObject([{ state: 'sent', last_error: null }]);

    await server.database.postgres.query(`update mails set state = 'waiting'`);
    smtp.refuse(true);
    expect(await sendAll({ isLast: true })).toBe(0);
    expect(await outbox()).toMatchObject([{ state: 'failed' }]);
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPage, openSession, type Page } from '../../test/page.ts';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock, testHasher } from '../../test/test-server.ts';
import { issueInvoices } from '../billing/index.ts';
import { releaseHolds } from '../commissions/index.ts';
import { erasePerson } from '../erasure/index.ts';

vi.setConfig({ testTimeout: 60_000 });

// One story in order: somebody applies, becomes a partner, earns, is paid, and is shut out.
let server: TestServer;
let story: Story;
let path: string;
let anna: Page;
let ben: Page;
let benId: number;
let commissionId: number;
const mine = () => `/api/v1/portal/programs/${story.programId}`;
const founder = (method: string, url: string, body?: unknown) =>
  server.call(method, url, body, { token: server.key });
const password = 'a quiet river in spring';
const customer = { customer_key: 'user_sam', email: 'sam@buyer.example', transaction_id: 'order-of-sam' };

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-02T12:00:00Z') });
  story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 1000 },
    settings: { hold_period_days: 0 },
  });
  path = `/api/v1/programs/${story.programId}`;
});
afterAll(() => server.close());

const application = (more: Record<string, unknown> = {}) => ({
  name: 'Anna Brook',
  email: 'Anna@Blog.example',
  website: 'blog.example',
  message: 'I write about rivers.',
  ...more,
});
const applications = async (query = '') =>
  (await founder('GET', `${path}/applications${query}`)).body.data as Record<string, unknown>[];

/** What the job does about an erasure. */
async function erase(email: string): Promise<void> {
  const { postgres } = server.database;
  const { body } = await founder('POST', '/api/v1/erasures', { email });
  const [row] = await postgres.query<{ workspaceId: number }>(
    'select workspace_id as "workspaceId" from erasures where id = $1',
    [body.data.id],
  );
  const { clickhouse } = server.server;
  await erasePerson(
    { postgres, clickhouse, hasher: testHasher, clock: server.clock },
    { workspaceId: row?.workspaceId as number, id: BigInt(body.data.id) },
  );
}

/** How many statements wait for what a transaction of the test holds. */
async function countWaiting(): Promise<number | undefined> {
  const [row] = await server.database.postgres.query<{ n: number }>(
    `select count(*)::integer as n from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row?.n;
}

describe('joining a program', () => {
  it('404 until the program has a page; 409 while it is closed', async () => {
    expect((await server.get('/api/v1/join/acme')).status).toBe(404);
    expect((await server.post('/api/v1/join/acme', application())).status).toBe(404);
    const closed = await founder('PATCH', `${path}/portal`, { welcome: 'Write for us!' });
    expect(closed.body.data).toEqual({
      applications: 'closed',
      join_url: 'https://headwater.example/join/acme',
      links_per_partner: 20,
      welcome: 'Write for us!',
    });
    expect((await server.post('/api/v1/join/acme', application())).body).toMatchObject({
      code: 'applications_closed',
    });
  });

  it('changes what was sent and nothing else, though somebody else changes the rest', async () => {
    const { postgres } = server.database;
    const [changed] = await postgres.transaction(async (trx) => {
      await trx.query('update portal_settings set links_per_partner = 7 where program_id = $1', [
        story.programId,
      ]);
      const reply = founder('PATCH', `${path}/portal`, { welcome: 'Write for us, please!' });
      await vi.waitFor(async () => expect(await countWaiting()).toBe(1), { timeout: 10_000, interval: 20 });
      return [reply];
    });
    expect((await changed).body.data).toMatchObject({
      links_per_partner: 7,
      welcome: 'Write for us, please!',
    });
    const back = await founder('PATCH', `${path}/portal`, {
      links_per_partner: 20,
      welcome: 'Write for us!',
    });
    expect(back.body.data).toMatchObject({ links_per_partner: 20, welcome: 'Write for us!' });
  });

  it('has an address of its own, whatever others called theirs', async () => {
    const key = await server.otherWorkspace();
    const other = await tellStory(server, { key, commission: null });
    const url = `/api/v1/programs/${other.programId}/portal`;
    const slugOf = async () => (await server.get(url, key)).body.data.join_url.split('/').at(-1);
    // That page is Acme's of the first workspace.
    expect(await slugOf()).toBe(`acme-${other.programId}`);
    const squatter = { name: `Acme ${other.programId}`, domain: 'squat.example' };
    const squat = (await founder('POST', '/api/v1/programs', squatter)).body.data.id;
    await founder('PATCH', `/api/v1/programs/${squat}/portal`, { applications: 'manual' });
    const saved = await server.call('PATCH', url, { applications: 'manual' }, { token: key });
    expect(saved.body.data.applications).toBe('manual');
    const page = await server.get(`/api/v1/join/${await slugOf()}`);
    expect(page.body.data).toMatchObject({ domain: 'shop.example', welcome: null });
    const archived = await server.call('DELETE', `/api/v1/programs/${other.programId}`, undefined, {
      token: key,
    });
    expect(archived.status).toBe(200);
    expect((await server.get(`/api/v1/join/${await slugOf()}`)).status).toBe(404);
  });

  it('tells a stranger the terms, and takes an application once', async () => {
    await founder('PATCH', `${path}/portal`, { applications: 'manual' });
    expect((await server.get('/api/v1/join/acme')).body.data).toEqual({
      program: 'Acme',
      domain: 'shop.example',
      applications: 'manual',
      welcome: 'Write for us!',
      click_window_days: 60,
      terms: [
        {
          ...{ type: 'cps_lifetime', rate_bps: 1000, fixed_cents: null, currency: 'USD' },
          ...{ duration_months: null, hold_period_days: 0, approval: 'automatic' },
        },
      ],
    });
    const received = await server.post('/api/v1/join/acme', application());
    expect(received).toMatchObject({ status: 201, body: { data: { received: true } } });
    // The same person again is told the same, and waits once.
    const again = await server.post('/api/v1/join/acme', application({ email: 'anna@blog.example' }));
    expect(again.body).toEqual(received.body);
    expect(await applications()).toMatchObject([
      {
        ...{ state: 'open', name: 'Anna Brook', email_masked: 'A***@Blog.example' },
        ...{ website: 'https://blog.example/', message: 'I write about rivers.' },
      },
    ]);
  });

  it.each([
    [{ name: ' ' }, 'name is required'],
    [{ email: 'anna' }, 'email must be a valid email address'],
    [{ website: 'javascript:alert(1)' }, 'website is invalid'],
    [{ message: 'x'.repeat(2001) }, 'message must be a string of at most 2000 characters'],
  ])('400 %#', async (more, error) => {
    expect(await server.post('/api/v1/join/acme', application(more))).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('429 for whoever applies too often, a whole network of theirs', async () => {
    const from = (address: string, n: number) =>
      server.call('POST', '/api/v1/join/acme', application({ email: `p${n}@x.example`, name: 'Spam' }), {
        headers: { 'x-forwarded-for': address },
      });
    const replies = [];
    for (let n = 0; n < 11; n += 1) replies.push(await from(`2001:db8:0:1::${n}`, n));
    expect(replies.map(({ status }) => status)).toEqual([...Array(10).fill(201), 429]);
    expect(Number(replies[10]?.headers['retry-after'])).toBeGreaterThan(3000);
    expect((await from('203.0.113.7', 99)).status).toBe(201);
  });

  it('approves: a partner with a link, and an invitation; rejects with a reason that is mailed', async () => {
    const open = await applications('?state=open');
    const [first] = open.filter(({ name }) => name === 'Anna Brook');
    const approved = await founder('POST', `/api/v1/applications/${first?.id}/approve`, {});
    expect(approved.body.data).toMatchObject({
      ...{ state: 'approved', partner_id: expect.any(Number), decided_by: expect.stringMatching(/^key/) },
      invitation: { mailed: false, link: expect.stringMatching(/\/partners\/invitation#pin_/) },
    });
    expect((await founder('POST', `/api/v1/applications/${first?.id}/approve`, {})).body).toMatchObject({
      code: 'application_decided',
    });
    const [spam] = open.filter(({ name }) => name === 'Spam');
    const rejected = await founder('POST', `/api/v1/applications/${spam?.id}/reject`, { reason: 'No site' });
    expect(rejected.body.data).toMatchObject({ state: 'rejected', reason: 'No site' });
    const mails = (await founder('GET', `${path}/mails`)).body.data;
    expect(mails[0]).toMatchObject({ to_masked: 'p***@x.example', body: expect.stringContaining('No site') });

    const token = approved.body.data.invitation.link.split('#')[1];
    anna = openPage(server);
    expect((await anna.post('/api/auth/partner-invitation', { token })).body.data).toEqual({
      ...{ email: 'anna@blog.example', partner: 'Anna Brook', programs: ['Acme'], has_account: false },
    });
    expect((await anna.post('/api/auth/partner-invitation/accept', { token })).body.error).toBe(
      'password is required',
    );
    expect((await anna.post('/api/auth/partner-invitation/accept', { token, password })).status).toBe(200);
    expect((await anna.post('/api/auth/partner-invitation/accept', { token, password })).status).toBe(404);
    expect((await anna.get('/api/v1/portal/me')).body.data).toEqual({
      name: 'Anna Brook',
      email: 'anna@blog.example',
    });
  });

  it('automatic: everybody at once who can be written to, but whom the program parted with', async () => {
    await founder('PATCH', `${path}/portal`, { applications: 'automatic' });
    await server.post('/api/v1/join/acme', application({ name: 'Too early', email: 'early@x.example' }));
    expect((await applications())[0]).toMatchObject({ name: 'Too early', state: 'open' });
    const mails: { to: string; lines: readonly string[] }[] = [];
    server.server.people.sendMail = async (mail) => void mails.push(mail);
    const email = 'cleo@x.example';
    await server.post('/api/v1/join/acme', application({ name: 'Cleo', email }));
    const [cleo] = await applications();
    expect(cleo).toMatchObject({ state: 'approved', decided_by: 'automatic approval' });
    expect(mails).toMatchObject([{ to: email }]);
    expect(mails[0]?.lines.join('\n')).toMatch(/\/partners\/invitation#pin_/);
    await founder('PATCH', `${path}/partners/${cleo?.partner_id}`, { status: 'removed' });
    await server.post('/api/v1/join/acme', application({ name: 'Cleo', email }));
    const [again] = await applications();
    expect(again).toMatchObject({ state: 'open', partner_id: null });
    // A person may let them in again: the same partner.
    const let_in = await founder('POST', `/api/v1/applications/${again?.id}/approve`, {});
    expect(let_in.body.data).toMatchObject({ partner_id: cleo?.partner_id, invitation: { mailed: true } });
    server.server.people.sendMail = undefined;
    await founder('PATCH', `${path}/portal`, { applications: 'manual' });
  });

  it('more are approved at once than there are connections', async () => {
    const many = Array.from({ length: 20 }, (_, n) => `many${n}@x.example`);
    for (const email of many) await server.post('/api/v1/join/acme', application({ name: 'Many', email }));
    const waiting = (await applications('?state=open&limit=200')).filter(({ name }) => name === 'Many');
    const { postgres } = server.database;
    const replies = await postgres.transaction(async (trx) => {
      await trx.query('select from partner_applications for update');
      const asked = waiting.map(({ id }) => founder('POST', `/api/v1/applications/${id}/approve`, {}));
      await vi.waitFor(
        async () => {
          expect(await countWaiting()).toBe(16);
        },
        { timeout: 10_000, interval: 20 },
      );
      // Every connection is taken: whoever needs a second one now waits for the others, who do the same.
      server.server.directory.clear();
      return asked;
    });
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(many.map(() => 200));
  });
});

describe('inviting a partner who is there', () => {
  it('asks for the address that the partner is known by', async () => {
    const added = await founder('POST', `${path}/partners`, {
      ...{ name: 'Ben', code: 'ben', email: 'ben@x.example' },
    });
    benId = added.body.data.id;
    const url = `${path}/partners/${benId}/invitation`;
    expect((await founder('POST', url, { email: 'eve@x.example' })).body.error).toBe(
      'email is invalid: the partner is known by another address',
    );
    const invited = await founder('POST', url, { email: 'BEN@x.example' });
    expect(invited.status).toBe(201);
    const access = await founder('GET', `${path}/partners/${benId}/portal-access`);
    expect(access.body.data).toEqual({ people: [], invited_until: invited.body.data.expires_at });
    ben = openPage(server);
    const token = invited.body.data.link.split('#')[1];
    await ben.post('/api/auth/partner-invitation/accept', { token, password, name: 'Ben Lake' });
    expect((await ben.get('/api/v1/portal/me')).body.data.name).toBe('Ben Lake');

    const nameless = (await founder('POST', `${path}/partners`, { name: 'Dora', code: 'dora' })).body.data;
    const dora = `${path}/partners/${nameless.id}/invitation`;
    expect((await founder('POST', dora, { email: 'ben@x.example' })).body.error).toBe(
      'Another partner has this address',
    );
    expect((await founder('POST', dora, { email: 'dora@x.example' })).status).toBe(201);
    expect((await founder('GET', `${path}/partners`)).body.data[0].email_masked).toBe('d***@x.example');
  });
});

describe('what a partner sees', () => {
  it('is their programs, and nothing of the workspace', async () => {
    const { body } = await anna.get('/api/v1/portal/programs');
    expect(body.data).toMatchObject([
      {
        ...{ id: story.programId, name: 'Acme', status: 'approved', is_active: true, links_left: 19 },
        terms: [{ rate_bps: 1000 }],
      },
    ]);
    for (const url of ['/api/auth/me', '/api/auth/members', '/api/v1/programs', path, `${path}/partners`])
      expect((await anna.get(url)).status, url).toBe(401);
    const stranger = openPage(server, await openSession(server.database.postgres, { mark: 'nobody' }));
    expect((await stranger.get('/api/v1/portal/programs')).status).toBe(401);
    expect((await server.get('/api/v1/portal/programs', server.key)).status).toBe(401);
    const elsewhere = await anna.call('POST', `${mine()}/links`, {}, { origin: 'https://evil.example' });
    expect(elsewhere).toMatchObject({ status: 403, body: { code: 'cross_site' } });
  });

  it('makes links to the program’s pages, as many as it allows', async () => {
    const made = await anna.post(`${mine()}/links`, {
      ...{ code: 'anna-spring', destination_url: 'https://www.shop.example/spring?x=1' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { data: { url: 'https://www.shop.example/spring?x=1&aff=anna-spring', clicks: 0 } },
    });
    expect((await anna.post(`${mine()}/links`, { code: 'BEN' })).body.code).toBe('code_taken');
    for (const destination_url of ['https://evil.example/', 'https://notshop.example', 'javascript:1'])
      expect((await anna.post(`${mine()}/links`, { destination_url })).body.error).toBe(
        'destination_url must be a page of shop.example',
      );
    await founder('PATCH', `${path}/portal`, { links_per_partner: 3 });
    const both = await Promise.all([1, 2].map(() => anna.post(`${mine()}/links`, {})));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await anna.get(`${mine()}/links`)).body.data).toHaveLength(3);
    const acts = (await founder('GET', '/api/v1/audit?act=link.create')).body.data;
    expect(acts[0].actor).toMatch(/^person \d+$/);
  });

  it('is told what came of a link, and why, without a word about the customer', async () => {
    const clickId = await story.click('anna-spring');
    await story.click('ben');
    await story.lead({ click_id: clickId, customer_key: customer.customer_key, email: customer.email });
    const sold = await story.sale({
      ...{ transaction_id: customer.transaction_id, customer_key: customer.customer_key },
      amount_cents: 9999,
    });
    commissionId = sold.body.commission_id;
    await server.server.shipper.catchUp(60_000);

    const list = await anna.get(`${mine()}/commissions`);
    expect(list.body.data).toMatchObject([{ id: commissionId, status: 'pending', amount_cents: 1000 }]);
    const explained = await anna.get(`/api/v1/portal/commissions/${commissionId}`);
    expect(explained.body.data).toMatchObject({
      ...{ program: 'Acme', earned_by: 'payment' },
      payment: { amount_cents: 9999, refunded_cents: 0, currency: 'USD', is_recurring: false },
      attribution: { model: 'last_click', matched_by: 'customer_key' },
      clicks: [{ link: 'anna-spring', counted: true, age_days: 0, reason: null }],
      policy: { group: 'Default', version: 1, rate_bps: 1000 },
      arithmetic: [{ step: 'commission', text: '9999 × 1000 / 10000', result: 1000 }],
      payable: { state: 'held', amount_cents: 1000 },
      changes: [{ kind: 'earned', amount_cents: 1000, reason: null }],
    });
    const report = await anna.get(`${mine()}/report?from=2026-06-01&to=2026-06-03`);
    expect(report.body.data).toMatchObject({
      totals: {
        ...{ clicks: 1, leads: 1, customers: 1, payments: 1 },
        ...{ revenue_cents: 9999, commissions_cents: 1000 },
      },
      rows: [
        { key: '2026-06-01', clicks: 0 },
        { key: '2026-06-02', clicks: 1, commissions_cents: 1000 },
        { key: '2026-06-03' },
      ],
    });
    expect((await anna.get(`${mine()}/report?from=1990-01-01&to=2026-01-01`)).status).toBe(400);
    const balances = await anna.get(`${mine()}/balances`);
    expect(balances.body.data).toMatchObject([{ currency: 'USD', pending_cents: 1000, paid_cents: 0 }]);
    const statement = await anna.get(`${mine()}/statement?from=2026-06-01&to=2026-06-30`);
    expect(statement.body.data.currencies[0]).toMatchObject({ earned_cents: 1000, closing_cents: 1000 });
    const csv = await anna.get(`${mine()}/statement/csv?from=2026-06-01&to=2026-06-30`);
    expect(csv.body).toContain(`earned,10.00,USD,${commissionId},`);
    const pdf = await anna.get(`${mine()}/statement/pdf?from=2026-06-01&to=2026-06-30`);
    expect(pdf.body.slice(0, 5)).toBe('%PDF-');
    for (const { body } of [list, explained, report, balances, statement, csv])
      for (const secret of [...Object.values(customer), clickId, 's***@', 'ben'])
        expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('is nothing of another partner’s', async () => {
    expect((await ben.get(`${mine()}/commissions`)).body.data).toEqual([]);
    expect((await ben.get(`/api/v1/portal/commissions/${commissionId}`)).status).toBe(404);
    const report = await ben.get(`${mine()}/report?from=2026-06-01&to=2026-06-03`);
    expect(report.body.data.totals).toMatchObject({ clicks: 1, leads: 0, payments: 0, revenue_cents: 0 });
    expect((await ben.get(`${mine()}/links`)).body.data.map(({ code }: { code: string }) => code)).toEqual([
      'ben',
    ]);
    expect((await ben.get(`${mine()}/balances`)).body.data).toMatchObject([{ pending_cents: 0 }]);
    const other = await tellStory(server, { key: await server.otherWorkspace(), commission: null });
    expect((await ben.get(`/api/v1/portal/programs/${other.programId}/links`)).status).toBe(404);
  });

  it('a shared payment: their own share and steps, and that there were others', async () => {
    await founder('PATCH', path, { attribution_model: 'linear' });
    const first = await story.click('anna-spring');
    const second = await story.click('ben', { existing_click_id: first });
    const sold = await story.sale({
      ...{ transaction_id: 'shared', customer_key: 'two', click_id: second, amount_cents: 10_001 },
    });
    await founder('PATCH', path, { attribution_model: 'last_click' });
    expect(sold.body.commission_ids).toHaveLength(2);
    const shared = (await anna.get(`${mine()}/commissions`)).body.data[0];
    const { body } = await anna.get(`/api/v1/portal/commissions/${shared.id}`);
    expect(body.data).toMatchObject({
      clicks: [{ link: 'anna-spring', counted: true }],
      other_clicks: 1,
      arithmetic: [
        { step: 'commission', result: 1000 },
        { step: 'share', text: '1000 × 1 / 2', result: 500 },
      ],
    });
  });
});

describe('the money of a partner', () => {
  it('says why something was taken back', async () => {
    expect((await story.refund({ transaction_id: customer.transaction_id })).status).toBe(200);
    const { body } = await anna.get(`/api/v1/portal/commissions/${commissionId}`);
    expect(body.data).toMatchObject({
      commission: { status: 'reversed', reversed_cents: 1000 },
      payment: { refunded_cents: 9999 },
      payable: { state: 'nothing_left', amount_cents: 0 },
      changes: [
        { kind: 'earned', amount_cents: 1000 },
        { kind: 'reversed', amount_cents: -1000, reason: 'refund' },
      ],
    });
    await story.sale({ transaction_id: 'rejected', customer_key: 'user_sam', amount_cents: 1000 });
    const rejected = (await anna.get(`${mine()}/commissions`)).body.data[0].id;
    const verdict = { commission_ids: [rejected], reason: 'sam@buyer.example is a colleague' };
    await founder('POST', `${path}/commissions/reject`, verdict);
    const told = await anna.get(`/api/v1/portal/commissions/${rejected}`);
    expect(told.body.data).toMatchObject({
      payable: { state: 'nothing_left' },
      changes: [{ kind: 'earned' }, { kind: 'reversed', reason: 'rejected' }],
    });
    expect(JSON.stringify(told.body)).not.toContain('colleague');
  });

  it('goes where the partner says, when it is as much as they wait for', async () => {
    expect((await anna.get(`${mine()}/payout-method`)).body).toEqual({ data: null });
    const method = { method: 'bank_transfer', account_holder: 'Anna', iban: 'DE89370400440532013000' };
    expect((await anna.call('PUT', `${mine()}/payout-method`, method)).status).toBe(200);
    const masked = await founder('GET', `${path}/partners/${benId}/payout-method`);
    expect(masked.body).toEqual({ data: null });
    expect((await anna.get(`${mine()}/payout-method`)).body.data.details.iban).toBe('****3000');

    await founder('PUT', `${path}/payout-thresholds`, { currency: 'USD', threshold_cents: 100 });
    const wait = (threshold_cents: number) =>
      anna.call('PUT', `${mine()}/payout-threshold`, { currency: 'USD', threshold_cents });
    expect((await wait(99)).body.error).toBe('threshold_cents must be at least the program’s 100');
    expect((await wait(501)).status).toBe(200);
    expect((await anna.get(`${mine()}/balances`)).body.data[0]).toMatchObject({
      ...{ threshold_cents: 501, program_threshold_cents: 100 },
    });

    server.clock.advance(7 * 86_400_000);
    await releaseHolds(server.database.postgres, server.clock.now());
    server.clock.advance(7 * 86_400_000);
    await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
    expect((await anna.get(`${mine()}/balances`)).body.data[0].available_cents).toBe(500);
    expect((await founder('POST', `${path}/payout-batches`, {})).body.code).toBe('nothing_to_pay');
    await wait(500);
    const batch = (await founder('POST', `${path}/payout-batches`, {})).body.data;
    expect(batch.lines).toMatchObject([{ amount_cents: 500 }]);
    const payouts = async () => (await anna.get(`${mine()}/payouts`)).body.data;
    expect(await payouts()).toMatchObject([{ status: 'pending', amount_cents: 500, settled_at: null }]);
    const second = (await founder('POST', '/api/v1/api-keys', { name: 'second' })).body.data.key;
    await server.post(`/api/v1/payout-batches/${batch.id}/approve`, {}, second);
    await founder('POST', `/api/v1/payout-batches/${batch.id}/start`, {});
    await founder('POST', `/api/v1/payouts/${batch.lines[0].id}/complete`, { reference: 'SEPA-1' });
    expect(await payouts()).toMatchObject([
      { status: 'completed', reference: 'SEPA-1', method: 'bank_transfer' },
    ]);
    expect((await ben.get(`${mine()}/payouts`)).body.data).toEqual([]);
    const shared = (await anna.get(`${mine()}/commissions`)).body.data[1].id;
    expect((await anna.get(`/api/v1/portal/commissions/${shared}`)).body.data.payable).toMatchObject({
      ...{ state: 'paid', amount_cents: 500 },
    });
  });
});

describe('tax documents', () => {
  const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(300_000), Buffer.from('\n%%EOF\n')]);
  const upload = (content: Buffer, name = 'W-8BEN%20(2026).html') =>
    server.server.app.inject({
      method: 'POST',
      url: `${mine()}/tax-documents?name=${name}`,
      headers: { ...cookieOf(), 'content-type': 'text/html' },
      payload: content,
    });
  let cookie: Record<string, string>;
  const cookieOf = () => cookie;

  beforeAll(async () => {
    const { postgres } = server.database;
    const [found] = await postgres.query<{ workspaceId: number; partnerId: number }>(
      `select workspace_id as "workspaceId", partner_id as "partnerId" from commissions where id = $1`,
      [commissionId],
    );
    const session = await openSession(postgres, { mark: 'anna', ...(found ? { partner: found } : {}) });
    cookie = { host: 'headwater.example', origin: 'https://headwater.example', cookie: session };
  });

  it('are known by their content, and bounded', async () => {
    for (const content of [
      Buffer.from('<html>%PDF-</html>'),
      Buffer.from('%PDF-1.7 without an end'),
      Buffer.from([0x89, 0x50, 0x4e, 0x47]),
      Buffer.alloc(0),
    ]) {
      const reply = await upload(content);
      expect([reply.statusCode, reply.json().error]).toEqual([
        400,
        'The document must be a PDF, a PNG or a JPEG',
      ]);
    }
    expect((await upload(Buffer.alloc(5 * 1024 * 1024 + 1))).statusCode).toBe(413);
    const made = await upload(pdf);
    expect(made.json().data).toMatchObject({
      ...{ file_name: 'W-8BEN-2026.pdf', media_type: 'application/pdf', size_bytes: pdf.length },
    });
    // The same file again is the same document.
    expect((await upload(pdf)).json().data.id).toBe(made.json().data.id);
    expect((await anna.get(`${mine()}/tax-documents`)).body.data).toHaveLength(1);
    expect((await ben.get(`${mine()}/tax-documents`)).body.data).toEqual([]);
    const [row] = await server.database.postgres.query<{ sealed: Buffer }>(
      'select content_sealed as sealed from tax_documents',
    );
    expect(row?.sealed.includes('PDF')).toBe(false);
  });

  it('are taken by whoever pays, byte for byte, and that is in the audit log', async () => {
    const url = (await anna.get(`${mine()}/tax-documents`)).body.data[0].id;
    const keyOf = async (scopes: string[]) =>
      (await founder('POST', '/api/v1/api-keys', { name: 'k', scopes })).body.data.key;
    const get = (key: string) =>
      server.server.app.inject({
        url: `/api/v1/tax-documents/${url}`,
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await get(await keyOf(['program:update', 'program:read']))).statusCode).toBe(403);
    const taken = await get(await keyOf(['billing:manage']));
    expect(taken.rawPayload.equals(pdf)).toBe(true);
    expect(taken.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="W-8BEN-2026.pdf"',
    });
    const acts = (await founder('GET', '/api/v1/audit')).body.data.map(({ act }: { act: string }) => act);
    expect(acts.slice(0, 5)).toContain('tax_document.download');
    expect(acts).toContain('tax_document.upload');
    expect((await get(await server.otherWorkspace())).statusCode).toBe(404);
  });
});

describe('a partner who is shut out', () => {
  it('is signed out at once, on every device', async () => {
    const url = `${path}/partners/${benId}/portal-access`;
    expect((await founder('GET', url)).body.data.people).toMatchObject([
      { name: 'Ben Lake', email_masked: 'b***@x.example' },
    ]);
    expect((await founder('DELETE', url)).body.data).toEqual({ people: [], invited_until: null });
    expect((await ben.get('/api/v1/portal/me')).status).toBe(401);
    const [left] = await server.database.postgres.query<{ sessions: bigint }>(
      `select count(*) as sessions from sign_in_sessions s join people p on p.id = s.person_id
       where p.email = 'ben@x.example'`,
    );
    expect(left?.sessions).toBe(0n);
  });

  it('even while an invitation is being accepted', async () => {
    const { postgres } = server.database;
    const of = `${path}/partners/${benId}`;
    await founder('POST', `${of}/invitation`, { email: 'ben@x.example' });
    const [ended] = await postgres.transaction(async (trx) => {
      await trx.query('update partner_invitations set accepted_at = now() where accepted_at is null');
      await trx.query(
        `insert into partner_people (workspace_id, person_id, partner_id, joined_at)
         select n.workspace_id, p.id, n.id, now() from partners n, people p
         where n.id = $1 and p.email = 'ben@x.example'`,
        [benId],
      );
      const deleted = founder('DELETE', `${of}/portal-access`);
      await vi.waitFor(async () => expect(await countWaiting()).toBe(1), { timeout: 10_000, interval: 20 });
      return [deleted];
    });
    expect((await ended).body.data).toEqual({ people: [], invited_until: null });
  });

  it('an applicant is forgotten when they wish it', async () => {
    await erase('p1@x.example');
    const gone = (await applications('?limit=200')).filter(({ email_masked }) => email_masked === 'erased');
    expect(gone).toMatchObject([{ name: expect.stringMatching(/^erased_/), website: null, message: null }]);
    // Nobody is there to be invited or written to; the program is done with it all the same.
    const one = `/api/v1/applications/${gone[0]?.id}`;
    expect((await founder('POST', `${one}/approve`, {})).body.error).toBe(
      'The applicant was forgotten: reject the application',
    );
    const mails = async () => (await founder('GET', `${path}/mails`)).body.data.length;
    const before = await mails();
    expect((await founder('POST', `${one}/reject`, { reason: 'Gone' })).body.data.state).toBe('rejected');
    expect(await mails()).toBe(before);
  });

  it('a partner of former times too: with the account, the invitations and the tax documents', async () => {
    const { postgres } = server.database;
    const count = async () => {
      const [row] = await postgres.query<{ people: number; invitations: number; documents: number }>(
        `select (select count(*) from people where email = 'anna@blog.example')::integer as people,
           (select count(*) from partner_invitations where email = 'anna@blog.example')::integer as invitations,
           (select count(*) from tax_documents)::integer as documents`,
      );
      return row;
    };
    expect(await count()).toEqual({ people: 1, invitations: 1, documents: 1 });
    const partners = (await founder('GET', `${path}/partners?limit=200`)).body.data;
    const annaId = partners.find(({ name }: { name: string }) => name === 'Anna Brook').id;
    await founder('PATCH', `${path}/partners/${annaId}`, { status: 'removed' });
    await erase('anna@blog.example');
    expect(await count()).toEqual({ people: 0, invitations: 0, documents: 0 });
    expect((await anna.get('/api/v1/portal/me')).status).toBe(401);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunOptions, runCommand } from './run-command.ts';
import { type Story, tellStory } from './story.ts';
import { openTestServer, type TestServer } from './test-server.ts';

// What is there, why it is so, and taking it out; and what the doctor says of all that.

let server: TestServer;
let story: Story;
let url = 'http://127.0.0.1';
let cwd: string;
let anna: { id: number };

beforeAll(async () => {
  server = await openTestServer({ publicUrl: () => url, webhooksAllowPrivate: true });
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.app.server.address() as AddressInfo).port}`;
  cwd = await mkdtemp(join(tmpdir(), 'headwater-data-'));
  story = await tellStory(server);
  anna = await story.addPartner('anna', { name: 'Anna' });
  await story.addPartner('ben', { name: 'Ben' });
});
afterAll(async () => {
  await server.close();
  await rm(cwd, { recursive: true, force: true });
});

const run = (args: readonly string[], { env, ...options }: RunOptions = {}) =>
  runCommand(args, {
    ...{ cwd, ...options },
    env: {
      HEADWATER_URL: url,
      HEADWATER_KEY: server.key,
      HEADWATER_PROGRAM: String(story.programId),
      ...env,
    },
  });

describe('headwater programs, partners, links', () => {
  it('a table on the screen, and a page at a time', async () => {
    const programs = await run(['programs']);
    expect([programs.code, programs.err]).toEqual([0, '']);
    expect(programs.out).toMatch(
      /^ID +NAME +DOMAIN +STATUS +CREATED \(UTC\)\n1 +Acme +shop\.example +active +20/,
    );
    const partners = await run(['partners']);
    expect(partners.out).toMatch(/Ben +approved +— +20\d\d-.* https:\/\/shop\.example\/\?aff=ben\n/);
    const first = JSON.parse((await run(['links', '--limit', '1', '--json'])).out);
    expect(first.data.map((one: { code: string }) => one.code)).toEqual(['ben']);
    const second = await run(['links', '--limit', '1', '--cursor', first.next_cursor]);
    expect(second.out).toMatch(/anna/);
    expect(second.out).not.toMatch(/\bben\b/);
  });

  it('creates: a partner with a code, a link that leads elsewhere, a program whose token is told once', async () => {
    const cara = await run([
      'partners',
      'create',
      '--name',
      'Cara',
      '--code',
      'cara-1',
      '--email',
      'c@x.example',
    ]);
    expect(cara.out).toMatch(
      /✓ Cara is partner \d+\n {2}Their link: https:\/\/shop\.example\/\?aff=cara-1\n/,
    );
    const link = await run([
      ...['links', 'create', '--partner', String(anna.id), '--code', 'anna-2'],
      ...['--destination', 'https://shop.example/pricing'],
    ]);
    expect(link.out).toContain('https://shop.example/pricing?aff=anna-2');
    const again = await run(['partners', 'create', '--name', 'Cara', '--code', 'cara-1']);
    expect(again.code).toBe(1);
    const made = await run([
      'programs',
      'create',
      '--name',
      'Two',
      '--domain',
      'two.example',
      '--rate',
      '7.5',
      '--months',
      '0',
    ]);
    expect(made.out).toContain('Two (two.example): 7.5 % of every payment, for ever');
    const token = /aff_\S+/.exec(made.out)?.[0] ?? '';
    expect((await server.get('/api/v1/cli/status', token)).body.data.name).toBe('Two');
    for (const rate of ['0', '101', '1.234', 'x'])
      expect(
        (await run(['programs', 'create', '--name', 'x', '--domain', 'x.example', '--rate', rate])).code,
      ).toBe(2);
  });
});

describe('headwater explain', () => {
  it('the answer first, then who lost and why, terms, arithmetic and ledger', async () => {
    const lost = await story.click('anna');
    server.clock.advance(60_000);
    const won = await story.click('ben', { existing_click_id: lost });
    server.clock.advance(2 * 86_400_000);
    await story.sale({ transaction_id: 'txn_why', click_id: won, amount_cents: 9999, currency: 'JPY' });
    await story.refund({ transaction_id: 'txn_why', refund_amount_cents: 999 });
    const told = await run(['explain', 'txn_why']);
    expect([told.code, told.err]).toEqual([0, '']);
    expect(told.out).toMatch(/^Payment \d+: 9999 JPY, paid on 20/);
    expect(told.out).toContain('999 JPY of it went back');
    expect(told.out).toMatch(
      /✓ Ben earns 1800 JPY, of 2000 JPY at first \(commission \d+, refunded\): the customer was known by the click id\./,
    );
    expect(told.out).toMatch(/✓ won +Ben +20\S+ \S+ +2 days before/);
    expect(told.out).toMatch(/✗ lost +Anna .*a later click came after it, and the last one counts/);
    expect(told.out).toContain('Default, version 1: 20 % of each payment, for 12 months');
    expect(told.out).toContain('9999 × 2000 / 10000 = 2000');
    expect(told.out).toMatch(/partner_pending +-2000 JPY +owed to the partner, in its hold \(Ben\)/);
    const { payment } = JSON.parse((await run(['explain', 'txn_why', '--json'])).out);
    expect((await run(['explain', String(payment.id)])).out).toBe(told.out);
    const byToken = await run(['explain', String(payment.id)], {
      env: { HEADWATER_KEY: '', HEADWATER_TOKEN: story.token },
    });
    expect([byToken.code, byToken.out]).toEqual([0, expect.stringMatching(/✓ Partner \d+ earns 1800 JPY/)]);
  });

  it('a number that is no payment may be a transaction id; several payments: which?', async () => {
    const [one, two] = [await story.click('anna'), await story.click('ben')];
    await story.sale({ transaction_id: '987654', click_id: one, customer_key: 'user_9', amount_cents: 500 });
    await story.sale({ transaction_id: 'b', click_id: two, customer_key: 'user_9', amount_cents: 600 });
    expect((await run(['explain', '987654'])).out).toMatch(/5\.00 USD, paid on/);
    const several = await run(['explain', 'user_9']);
    expect([several.code, several.err]).toEqual([
      2,
      expect.stringMatching(/headwater explain \d+ .*5\.00 USD {2}987654/),
    ]);
    expect(await run(['explain', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No payment goes by'),
    });
  });

  it('without a partner: says why not', async () => {
    await server.call(
      'PATCH',
      `/api/v1/programs/${story.programId}`,
      { organic_payments: 'record' },
      { token: server.key },
    );
    await story.sale({ transaction_id: 'organic', customer_key: 'nobody', amount_cents: 500 });
    expect((await run(['explain', 'organic'])).out).toContain(
      'No partner earns from it: no partner’s link was clicked before the payment.',
    );
  });
});

describe('headwater export', () => {
  it('every row once, over many pages, as CSV that reads back and as JSON lines', async () => {
    const { programId } = await tellStory(server);
    const env = { HEADWATER_PROGRAM: String(programId) };
    await importPayments(programId, 450);
    const told = await run(['export', 'payments', '--out', 'rows.csv', '--json'], { env });
    expect([told.code, told.err, JSON.parse(told.out)]).toEqual([
      0,
      '',
      { what: 'payments', program_id: programId, rows: 450, format: 'csv', file: 'rows.csv' },
    ]);
    const rows: Record<string, string>[] = parse(await readFile(join(cwd, 'rows.csv')), { columns: true });
    expect(new Set(rows.map((row) => row.transaction_id)).size).toBe(450);
    expect(rows[0]).toMatchObject({
      transaction_id: 'comma, "quote" 449',
      amount_cents: '1449',
      currency: 'USD',
    });
    expect(await readdir(cwd)).not.toContain('rows.csv.part');
    const lines = (await run(['export', 'payments', '--from', '2025-01-02', '--json'], { env })).out
      .trim()
      .split('\n');
    expect(lines.length).toBe(150);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ amount_cents: 1449 });
  });

  async function importPayments(programId: number, count: number): Promise<void> {
    const day = (index: number) => (index < 300 ? '2025-01-01' : '2025-01-02');
    const lines = Array.from(
      { length: count },
      (_, index) =>
        `"comma, ""quote"" ${index}",${1000 + index},USD,${day(index)}T00:00:00.${String(index).padStart(3, '0')}Z`,
    );
    await writeFile(
      join(cwd, 'many.csv'),
      ['transaction_id,amount_cents,currency,occurred_at', ...lines].join('\n'),
    );
    const done = await run(['import', 'payments', 'many.csv', '--program', String(programId)]);
    expect([done.code, done.err]).toEqual([0, '']);
  }

  it('events: clicks, sign-ups and payments in one list, the latest first', async () => {
    const own = await tellStory(server);
    await own.addPartner('dora');
    const click = await own.click('dora');
    server.clock.advance(1000);
    await own.lead({ click_id: click, customer_key: 'u' });
    server.clock.advance(1000);
    await own.sale({ transaction_id: 'e-1', customer_key: 'u', amount_cents: 100 });
    server.clock.advance(1000);
    await own.click('dora');
    const { out } = await run(['export', 'events', '--program', String(own.programId)]);
    const rows: Record<string, string>[] = parse(out, { columns: true });
    expect(rows.map(({ event }) => event)).toEqual(['click', 'payment', 'lead', 'click']);
    expect(rows[1]).toMatchObject({ transaction_id: 'e-1', amount_cents: '100', landing_page: '' });
    expect(rows[3]).toMatchObject({ id: click, transaction_id: '' });
  });

  it('waits while the server has too much to do, and says what is wrong with a call', async () => {
    let asked = 0;
    const busy = createServer((_request, response) => {
      asked += 1;
      const isBusy = asked === 1;
      response.writeHead(isBusy ? 429 : 200, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end(
        JSON.stringify(
          isBusy ? { error: 'Rate limited', code: 'rate_limited' } : { data: [], next_cursor: null },
        ),
      );
    });
    await new Promise<void>((listening) => busy.listen(0, '127.0.0.1', listening));
    const away = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const startedAt = Date.now();
    const told = await run(['export', 'clicks'], { env: { HEADWATER_URL: away } });
    expect([told.code, told.out.split('\n').length, asked]).toEqual([0, 2, 2]);
    expect(Date.now() - startedAt).toBeGreaterThan(1000);
    asked = 0;
    const over = await run(['test', 'chain'], { env: { HEADWATER_URL: away, HEADWATER_TOKEN: 'aff_x' } });
    expect([over.code, over.err]).toEqual([1, '✗ Rate limited. Try again in 1 s.\n']);
    busy.close();
    const wrong: [string[], number, string][] = [
      [['export'], 2, 'Say what'],
      [['export', 'payments', '--format', 'csv', '--json'], 2, 'say --out'],
      [['export', 'payments', '--out', 'nowhere/rows.csv'], 2, 'cannot be written'],
      [['export', 'payments', '--from', 'soon'], 1, 'from is invalid'],
    ];
    for (const [args, code, text] of wrong) {
      const ended = await run(args);
      expect([ended.code, ended.err + ended.out], args.join(' ')).toEqual([
        code,
        expect.stringContaining(text),
      ]);
    }
  });

  it('a person, also as it was called before', async () => {
    await story.lead({ click_id: await story.click('anna'), customer_key: 'pat', email: 'pat@x.example' });
    const said = await run(['export', 'person', '--email', 'pat@x.example']);
    const before = await run(['export', '--email', 'pat@x.example']);
    expect(JSON.parse(said.out).customers).toHaveLength(1);
    expect(JSON.parse(before.out).customers).toEqual(JSON.parse(said.out).customers);
  });
});

describe('headwater doctor', () => {
  interface Check {
    name: string;
    status: string;
    text: string;
    advice: string | null;
  }
  async function look(options: RunOptions = {}) {
    const ended = await run(['doctor', '--json'], options);
    const { ok, checks } = JSON.parse(ended.out) as { ok: boolean; checks: Check[] };
    return { code: ended.code, ok, of: (name: string) => checks.find((check) => check.name === name) };
  }

  it('looks at everything, and names what fails with what to do', async () => {
    // It stands still while the command starts.
    server.clock.set(new Date(Date.now() + 2000));
    const { code, ok, of } = await look();
    expect([code, ok]).toEqual([5, false]);
    for (const name of [
      'node',
      'server',
      'key',
      'postgres',
      'clickhouse',
      'clock',
      'clock of postgres',
      'tracker',
    ])
      expect(of(name), name).toMatchObject({ status: 'ok', advice: null });
    expect(of('stripe deliveries')?.text).toBe(`a POST to ${url}/webhooks/stripe/${story.programId} arrives`);
    expect(of('public address')).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('HEADWATER_PUBLIC_URL'),
    });
    expect(of('dns of shop.example')).toMatchObject({ status: 'fail', text: 'has no address' });
    expect(of(`tracking of program ${story.programId}`)?.status).toBe('ok');
    const told = await run(['doctor']);
    expect(told.out).toMatch(/✗ dns of shop\.example +has no address\n {4}→ Is it spelled right/);
    expect(told.out).toMatch(/\n✗ 1 wrong, \d to look at\.\n$/);
  });

  it('a clock that is wrong, a secret that others can read, receivers that are away', async () => {
    server.clock.set(new Date(Date.now() + 300_000));
    const folder = await mkdtemp(join(tmpdir(), 'headwater-doctor-'));
    await writeFile(join(folder, 'secret'), 'x'.repeat(40), { mode: 0o644 });
    const hook = await server.post(
      '/api/v1/webhook-endpoints',
      { url: 'http://127.0.0.1:9/hook' },
      server.key,
    );
    expect(hook.status).toBe(201);
    const { of } = await look({ env: { HEADWATER_DATA_DIR: folder } });
    expect(of('clock')).toMatchObject({
      status: 'fail',
      text: expect.stringMatching(/^2\d\d seconds ahead|^300 seconds ahead/),
    });
    expect(of('secret')).toMatchObject({ status: 'warning', advice: `chmod 600 ${join(folder, 'secret')}` });
    expect(of(`webhook ${hook.body.data.id}`)).toMatchObject({
      status: 'fail',
      text: 'http://127.0.0.1:9/hook cannot be reached from here (ECONNREFUSED)',
    });
    expect(of('disk here')?.text).toMatch(/GB free$/);
    expect((await look({ env: { HEADWATER_SECRET: 'short' } })).of('secret')?.status).toBe('fail');
    await rm(folder, { recursive: true });
    server.clock.set(new Date());
  });

  it('3 where no server answers: nothing listens, or something else does; 5 without a key', async () => {
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as AddressInfo;
    const there = await look({ env: { HEADWATER_URL: `http://127.0.0.1:${port}` } });
    expect([there.code, there.of('server')?.text]).toEqual([
      3,
      expect.stringContaining('something that is no Headwater'),
    ]);
    await new Promise((closed) => other.close(closed));
    const gone = await look({ env: { HEADWATER_URL: `http://127.0.0.1:${port}` } });
    expect([gone.code, gone.of('server')]).toEqual([
      3,
      expect.objectContaining({
        text: `nothing listens on port ${port}`,
        advice: expect.stringContaining('headwater serve'),
      }),
    ]);
    const keyless = await look({ env: { HEADWATER_KEY: '' } });
    expect([keyless.code, keyless.of('key')?.status]).toEqual([5, 'fail']);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, StripeDouble } from '@headwater/stripe-double';
import { deliver } from '@headwater/stripe-double';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunOptions, runCommand } from './run-command.ts';
import { type Story, tellStory } from './story.ts';
import type { TestServer } from './test-server.ts';
import { openWithDouble, visitAuthorizePage } from './walls/stripe/with-double.ts';
import { zipOf } from './zip.ts';

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let story: Story;
let account: Account;
let url: string;

beforeAll(async () => {
  let port = 0;
  ({ server, stripe, close } = await openWithDouble({ publicUrl: () => `http://127.0.0.1:${port}` }));
  story = await tellStory(server, { bound: false });
  await story.addPartner('anna');
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.app.server.address() as AddressInfo).port;
  url = `http://127.0.0.1:${port}`;
  server.clock.advance(60_000);
  account = stripe.openAccount({ livemode: false, now: () => server.clock.now() });
});
afterAll(() => close());

const run = (args: readonly string[], { env, ...options }: RunOptions = {}) =>
  runCommand(args, {
    ...options,
    env: {
      ...{ HEADWATER_URL: url, HEADWATER_KEY: server.key, HEADWATER_PROGRAM: String(story.programId) },
      ...env,
    },
  });

describe('headwater setup stripe', () => {
  it('--api-key, asked for: connects, verifies, says each step; again: as it was', async () => {
    const key = stripe.restrictedKey(account);
    const first = await run(['setup', 'stripe', '--api-key'], { input: `${key}\n` });
    expect([first.code, first.err]).toEqual([0, '']);
    const [endpoint] = account.endpoints;
    expect(first.out).toContain(`✓ Account ${account.id} is connected (test mode)`);
    expect(first.out).toMatch(
      new RegExp(`✓ Webhook endpoint ${endpoint?.id} made: 25 events, API version 2026`),
    );
    expect(first.out).toContain('✓ A signed test event came through');
    expect(first.out).toContain('set HEADWATER_PUBLIC_URL');
    expect(first.out).not.toContain('\u001b');
    expect(first.out).not.toContain(key);

    const again = await run(['setup', 'stripe', '--api-key', key, '--json']);
    expect([again.code, again.err]).toEqual([0, '']);
    expect(JSON.parse(again.out)).toMatchObject({ created: false, verified: true });
  });

  it('--api-key lacking permissions: 1, each named', async () => {
    const poor = stripe.restrictedKey(stripe.openAccount(), ['rak_account_read', 'rak_webhook_read']);
    const ended = await run(['setup', 'stripe', '--api-key', poor]);
    expect([ended.code, ended.out]).toEqual([1, '']);
    expect(ended.err).toMatch(/✗ The Stripe key lacks: Events: read; Charges and Refunds: read/);
  });

  it('OAuth: prints the page, takes the way back on a loopback port, connects', async () => {
    const other = stripe.openAccount();
    let visited = false;
    const ended = await run(['setup', 'stripe', '--port', '0'], {
      onError(text) {
        const page = /http\S+oauth\/authorize\S+/.exec(text)?.[0];
        if (page === undefined || visited) return;
        visited = true;
        void goBack(page, other);
      },
    });
    expect([ended.code, ended.out]).toEqual([
      0,
      expect.stringContaining(`✓ Account ${other.id} is connected`),
    ]);
    expect(other.endpoints).toHaveLength(1);
  });

  async function goBack(page: string, owner: Account | null): Promise<void> {
    const query = await visitAuthorizePage(stripe, page, owner);
    const back = new URL(new URL(page).searchParams.get('redirect_uri') ?? '');
    const forged = new URL(back);
    forged.search = 'code=ac_forged&state=st_forged';
    expect((await fetch(forged)).status).toBe(404);
    back.search = query.toString();
    expect((await fetch(back)).status).toBe(200);
  }

  it('OAuth declined: 1, and says so', async () => {
    let visited = false;
    const ended = await run(['setup', 'stripe', '--port', '0'], {
      onError(text) {
        const page = /http\S+oauth\/authorize\S+/.exec(text)?.[0];
        if (page === undefined || visited) return;
        visited = true;
        void goBack(page, null);
      },
    });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('✗ The account was not connected: access was denied at Stripe.');
  });

  it('without a platform account: 1, and shows the other way', async () => {
    const plain = await openWithDouble({ stripe: { secretKey: undefined, clientId: undefined } });
    try {
      const told = await tellStory(plain.server, { bound: false });
      await plain.server.server.app.listen({ port: 0, host: '127.0.0.1' });
      const { port } = plain.server.server.app.server.address() as AddressInfo;
      const ended = await run(['setup', 'stripe', '--port', '0'], {
        env: {
          HEADWATER_URL: `http://127.0.0.1:${port}`,
          HEADWATER_KEY: plain.server.key,
          HEADWATER_PROGRAM: String(told.programId),
        },
      });
      expect(ended.code).toBe(1);
      expect(ended.err).toContain('headwater setup stripe --api-key');
    } finally {
      await plain.close();
    }
  });

  it('--remove: says what it undid', async () => {
    const ended = await run(['setup', 'stripe', '--remove']);
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(ended.out).toMatch(/✓ Account acct_\w+ is disconnected\n✓ Webhook endpoint we_\w+ is deleted/);
    expect((await run(['setup', 'stripe', '--remove'])).out).toBe('No account was connected.\n');
  });
});

describe('headwater stripe', () => {
  beforeAll(async () => {
    await run(['setup', 'stripe', '--api-key', stripe.restrictedKey(account)]);
    const clickId = await story.click('anna');
    server.clock.advance(60_000);
    account.checkout({
      amount: 5000,
      metadata: { affitor_click_id: clickId, program_id: String(story.programId) },
    });
    expect((await deliver(account)).every(({ status }) => status === 200)).toBe(true);
    await server.server.stripe.processor.drain();
  });

  it('events: a table, filters, and JSON of a stable shape', async () => {
    const ended = await run(['stripe', 'events']);
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(ended.out).toMatch(/^RECEIVED \(UTC\) +STATE +TYPE +EVENT\n/);
    expect(ended.out).toMatch(
      /\d{4}-\d\d-\d\d \d\d:\d\d {2}applied {2}checkout\.session\.completed +evt_\w+/,
    );
    const json = await run(['stripe', 'events', '--json', '--type', 'checkout.session.completed']);
    const { data, next_cursor: next } = JSON.parse(json.out);
    expect([data.length, next]).toEqual([1, null]);
    expect(Object.keys(data[0]).sort()).toEqual([
      ...['account', 'api_version', 'attempts', 'created_at', 'endpoint_id', 'event_id', 'id', 'livemode'],
      ...['next_attempt_at', 'notes', 'origin', 'processed_at', 'reason', 'received_at', 'state', 'type'],
    ]);
    expect((await run(['stripe', 'events', '--state', 'failed'])).out).toBe('No events.\n');
  });

  it('replay: failed ones, or one that is named', async () => {
    expect((await run(['stripe', 'replay'])).out).toBe('No event has failed.\n');
    await server.database.postgres.query(`update stripe_inbox set state = 'failed', reason = 'x'`);
    expect(JSON.parse((await run(['stripe', 'replay', '--json'])).out).replayed).toBeGreaterThan(2);
    await server.server.stripe.processor.drain();
    const id = account.events.find(({ type }) => type === 'checkout.session.completed')?.id as string;
    expect((await run(['stripe', 'replay', id])).out).toContain('✓ 1 event is processed once more');
    const none = await run(['stripe', 'replay', 'evt_none', '--json']);
    expect([none.code, JSON.parse(none.out)]).toEqual([
      1,
      { error: 'Stripe event not found', code: 'stripe_event_not_found' },
    ]);
  });

  it('reconcile: 0 when every cent is accounted for, 5 while something is missing', async () => {
    const day = server.clock.now().toISOString().slice(0, 10);
    const good = await run(['stripe', 'reconcile', '--from', day, '--to', day]);
    expect([good.code, good.err]).toEqual([0, '']);
    expect(good.out).toMatch(/charges USD +1 +5000 +\d+ +\d+ +0 +0\n/);
    expect(good.out).toContain('✓ Every cent is accounted for.');

    const { charge } = account.checkout({ amount: 700, metadata: { program_id: String(story.programId) } });
    const look = await run(['stripe', 'reconcile', '--from', day, '--dry-run']);
    expect(look.code).toBe(5);
    expect(look.out).toMatch(new RegExp(`missing +${charge.id} {2}700 USD .*not_received`));
    const filled = await run(['stripe', 'reconcile', '--from', day, '--json']);
    expect(filled.code).toBe(0);
    expect(JSON.parse(filled.out)).toMatchObject([
      { account: account.id, complete: true, back_filled: { synthesised: 0 } },
    ]);
  });

  it('status: accounts, endpoints, advice', async () => {
    const ended = await run(['stripe', 'status']);
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/Account +acct_\w+ +test +api_key +connected/);
    expect(ended.out).toContain('! Stripe cannot reach');
  });
});

describe('every command', () => {
  it('2 for wrong usage, with where to look', async () => {
    for (const args of [
      ['stripe', 'odd'],
      ['stripe', 'events', '--odd'],
      ['odd'],
      ['stripe', 'events', '--program', 'x'],
    ]) {
      const ended = await run(args);
      expect([ended.code, ended.out], args.join(' ')).toEqual([2, '']);
      expect(ended.err).not.toBe('');
    }
    expect((await run(['--help'])).code).toBe(0);
  });

  it('3 when no server answers, 4 for a key that opens nothing or is not there', async () => {
    const away = await run(['stripe', 'events'], { env: { HEADWATER_URL: 'http://127.0.0.1:9' } });
    expect([away.code, away.err]).toEqual([
      3,
      expect.stringContaining('No server answers at http://127.0.0.1:9'),
    ]);
    const wrong = await run(['stripe', 'events'], { env: { HEADWATER_KEY: 'affk_wrong' } });
    expect([wrong.code, wrong.err]).toEqual([4, '✗ Invalid API token\n']);
    const none = await run(['stripe', 'events'], { env: { HEADWATER_KEY: '' }, cwd: tmpdir() });
    expect([none.code, none.err]).toEqual([4, expect.stringContaining('set HEADWATER_KEY')]);
  });

  it('finds the key beside the data directory, and the program when there is only one it may see', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headwater-cli-'));
    try {
      await writeFile(join(folder, 'management-key'), `${server.key}\n`);
      const env = { HEADWATER_KEY: '', HEADWATER_DATA_DIR: folder, HEADWATER_PROGRAM: '' };
      expect((await run(['stripe', 'events', '--program', String(story.programId)], { env })).code).toBe(0);
      const second = await tellStory(server, { bound: false });
      const several = await run(['stripe', 'events'], { env });
      expect([several.code, several.err]).toEqual([
        2,
        expect.stringContaining(`--program ${second.programId}`),
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('headwater verify', () => {
  it('says ok and 0 beside a running server; names the fault and 1 when a byte was changed', async () => {
    const click = await story.click('anna');
    await story.sale({ transaction_id: 'to-verify', click_id: click, amount_cents: 9999 });
    const whole = await run(['verify', '--json']);
    expect([whole.code, whole.err]).toEqual([0, '']);
    expect(JSON.parse(whole.out)).toMatchObject({ ok: true, fault: null });
    expect((await run(['verify'])).out).toMatch(/✓ The books are whole: \d+ payments/);

    const change = (by: number) =>
      server.database.postgres.transaction(async (trx) => {
        await trx.query(`set local session_replication_role = 'replica'`);
        await trx.query(
          `update payments set amount_minor = amount_minor + ${by} where transaction_id = 'to-verify'`,
        );
      });
    await change(1);
    const broken = await run(['verify', '--json']);
    await change(-1);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({
      ok: false,
      fault: { what: expect.stringMatching(/^payment \d+$/) },
    });
  });
});

describe('headwater import', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'headwater-import-'));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));
  const file = (name: string, content: string | Buffer) => writeFile(join(cwd, name), content);

  it('a dry run, then the import, then again: what it says, and the rows to mend', async () => {
    await file(
      'old.csv',
      [
        'Order;Sum;Paid;Mail;Note;Who sent them',
        'cli-1;10.00;2025-01-01 10:00:00;a@cli.example;"two\nlines; quoted";anna',
        'cli-2;ten;2025-01-01 10:00:00;b@cli.example;;',
        '',
        'cli-3;5.5;2025-01-02;;;',
      ].join('\r\n'),
    );
    const args = ['import', 'payments', 'old.csv', '--map', 'transaction_id=Order', '--map', 'amount=Sum'];
    const more = [
      '--map',
      'occurred_at=Paid',
      '--map',
      'partner=Who sent them',
      '--map',
      'customer_email=Mail',
    ];
    const dry = await run([...args, ...more, '--dry-run'], { cwd });
    expect([dry.code, dry.err]).toEqual([5, '']);
    expect(dry.out).toContain('old.csv: 3 rows, dry run');
    expect(dry.out).toMatch(/partner +← Who sent them/);
    expect(dry.out).toContain('not sent: Note');
    expect(dry.out).toContain('✓ 2 would be taken, 0 already there, 1 refused.');
    expect(dry.out).toContain('Nothing was stored.');
    const first = await run([...args, ...more, '--json'], { cwd });
    expect(JSON.parse(first.out)).toMatchObject([
      { state: 'done', taken: 2, refused: 1, file_name: 'old.csv' },
    ]);
    expect(await readFile(join(cwd, 'old.csv.refused.csv'), 'utf8')).toBe(
      'Order,Sum,Paid,Mail,Note,Who sent them,line,refused_because\n' +
        'cli-2,ten,2025-01-01 10:00:00,b@cli.example,,,4,amount is no number such as 1234.50\n',
    );
    const again = await run([...args, ...more], { cwd });
    expect(again.out).toContain('✓ 0 taken, 2 already there, 1 refused.');
  });

  it('the zip archives of Plausible and Umami as they were exported', async () => {
    await file(
      'plausible.zip',
      zipOf({
        'imported_visitors_20210101_20210102.csv': '"date","visitors"\n"2021-01-01",5\n"2021-01-02",7\n',
        'imported_devices_20210101_20210102.csv': 'date,device,visitors\n2021-01-01,Desktop,5\n',
        'imported_custom_props_20210101_20210102.csv': 'date\n2021-01-01\n',
      }),
    );
    const site = ['--website', story.websiteId];
    const days = await run(['import', 'plausible', 'plausible.zip', ...site, '--json'], { cwd });
    expect([days.code, JSON.parse(days.out)]).toMatchObject([
      0,
      [
        { table: 'imported_devices', taken: 1 },
        { table: 'imported_visitors', taken: 2 },
      ],
    ]);
    const events = (rows: string[]) =>
      zipOf({
        'website_event.csv': `session_id,visit_id,event_id,url_path,event_type,event_name,created_at\n${rows.join('\n')}\n`,
        'session_data.csv': 'website_id\n',
      });
    const [one, two] = [
      's,v,cli-e1,/,1,,2022-01-01 10:00:00',
      's,v,cli-e2,/a,1,,2022-01-01 10:01:00',
    ] as const;
    await file('umami.zip', events([one, two]));
    const seen = await run(['import', 'umami', 'umami.zip', ...site], { cwd });
    expect([seen.code, seen.err]).toEqual([0, '']);
    expect(seen.out).toContain('✓ 2 taken, 0 already there, 0 refused.');
    await file('mixed.zip', events([two, one]));
    const mixed = await run(['import', 'umami', 'mixed.zip', ...site], { cwd });
    expect(mixed.code).toBe(2);
    expect(mixed.err).toContain('is not in the order of created_at (line 3)');
  });

  it('says what is wrong with a call or a file, and sends nothing', async () => {
    await file('wide.csv', 'id,amount,date\nx-1,1,500,2025-01-01\n');
    await file('empty.csv', '');
    const wrong: [string[], number, string][] = [
      [['payments', 'nowhere.csv'], 2, 'There is no file nowhere.csv.'],
      [['payments', 'wide.csv'], 2, 'line 2: 4 cells under 3 columns'],
      [['payments', 'empty.csv'], 2, 'empty.csv is empty.'],
      [['payments', 'wide.csv', '--map', 'amount'], 2, '--map takes field=column.'],
      [['invoices', 'wide.csv'], 2, 'Allowed choices are'],
      [
        ['plausible', 'wide.csv', '--website', story.websiteId],
        2,
        'not called like a file of Plausible’s export',
      ],
    ];
    for (const [args, code, text] of wrong) {
      const ended = await run(['import', ...args], { cwd });
      expect([ended.code, ended.err], args.join(' ')).toEqual([code, expect.stringContaining(text)]);
    }
    await file('columns.csv', 'id,date\nx-1,2025-01-01\n');
    const ended = await run(['import', 'payments', 'columns.csv'], { cwd });
    expect([ended.code, ended.err]).toEqual([
      1,
      expect.stringContaining('no column was found for amount or amount_cents: name it'),
    ]);
  });
});

describe('headwater demo-data', () => {
  it('makes a shop with a year behind it, and says where it is', async () => {
    const made = await run(['demo-data', '--events', '5_000', '--seed', '3', '--json']);
    expect([made.code, made.err]).toEqual([0, '']);
    const told = JSON.parse(made.out);
    expect(told.events).toBeGreaterThan(4000);
    const asked = { program_id: told.program_id, metrics: ['visits', 'payments'], from: '2020-01-01' };
    const [row] = (await server.post('/api/v1/query', asked, server.key)).body.data.rows;
    expect(row.metrics.visits).toBeGreaterThan(500);
    expect(row.metrics.payments).toBeGreaterThan(0);
    expect(await run(['demo-data', '--events', 'many'])).toMatchObject({ code: 2 });
  });
});

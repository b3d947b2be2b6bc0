import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { deliver, type StripeDouble } from '@headwater/stripe-double';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { erasePerson } from '../src/erasure/index.ts';
import { packageRoot } from '../src/platform/index.ts';
import { letTerminalIn } from './let-terminal-in.ts';
import { type RunOptions, runCommand } from './run-command.ts';
import { type Story, tellStory } from './story.ts';
import { type TestServer, testHasher } from './test-server.ts';
import { openWithDouble } from './walls/stripe/with-double.ts';

// Scripts are written against what `--json` answers: docs/cli.md has an example of every command, and each command is run and
// compared with it.

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let story: Story;
let url = 'http://127.0.0.1';
let cwd: string;

beforeAll(async () => {
  ({ server, stripe, close } = await openWithDouble({ publicUrl: () => url }));
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.app.server.address() as AddressInfo).port}`;
  cwd = await mkdtemp(join(tmpdir(), 'headwater-json-'));
  story = await tellStory(server);
  await story.addPartner('anna', { email: 'anna@partner.example' });
  const click = await story.click('anna');
  await story.lead({ click_id: click, customer_key: 'user_1', email: 'sam@acme.example' });
  await story.sale({ transaction_id: 'txn_1', customer_key: 'user_1', amount_cents: 9999 });
  await writeFile(
    join(cwd, 'old.csv'),
    'transaction_id,amount,currency,occurred_at\nold-1,9.99,USD,2025-01-01\n',
  );
  // Of the present, as the command's own machine has it.
  server.clock.set(new Date());
});
afterAll(async () => {
  await close();
  await rm(cwd, { recursive: true, force: true });
});

function run(args: readonly string[], options: RunOptions = {}) {
  const env = {
    ...{ HEADWATER_URL: url, HEADWATER_KEY: server.key, HEADWATER_TOKEN: story.token, HOME: cwd },
    ...{ HEADWATER_PROGRAM: String(story.programId) },
    ...options.env,
  };
  return runCommand([...args, '--json'], { cwd, ...options, env });
}

/** How each command is called here, in an order in which each finds what it needs. */
const calls: Record<string, () => readonly string[]> = {
  'headwater init': () => ['init', '--domain', 'acme.example', '--website'],
  'headwater login': () => ['login'],
  'headwater whoami': () => ['whoami'],
  'headwater logout': () => ['logout'],
  'headwater programs list': () => ['programs'],
  'headwater programs create': () => ['programs', 'create', '--name', 'Acme', '--domain', 'acme.example'],
  'headwater partners list': () => ['partners', 'list'],
  'headwater partners create': () => ['partners', 'create', '--name', 'Ben'],
  'headwater links list': () => ['links', 'list'],
  'headwater links create': () => ['links', 'create', '--partner', '2'],
  'headwater explain': () => ['explain', 'txn_1'],
  'headwater setup stripe': () => ['setup', 'stripe', '--api-key', stripe.restrictedKey(account())],
  'headwater status': () => ['status'],
  'headwater test click': () => ['test', 'click'],
  'headwater test lead': () => ['test', 'lead'],
  'headwater test sale': () => ['test', 'sale'],
  'headwater test chain': () => ['test', 'chain'],
  'headwater stripe status': () => ['stripe', 'status'],
  'headwater stripe events': () => ['stripe', 'events'],
  'headwater stripe replay': () => ['stripe', 'replay'],
  'headwater stripe reconcile': () => [
    'stripe',
    'reconcile',
    '--from',
    today(),
    '--to',
    today(),
    '--dry-run',
  ],
  'headwater verify': () => ['verify'],
  'headwater doctor': () => ['doctor'],
  'headwater import': () => ['import', 'payments', 'old.csv', '--dry-run'],
  'headwater export': () => ['export', 'events', '--out', 'events.csv'],
  'headwater erase': () => ['erase', '--email', 'nobody@acme.example', '--yes'],
  'headwater demo-data': () => ['demo-data', '--events', '1000'],
  'headwater completion': () => ['completion', 'bash'],
};
/** Of these the answer comes once they serve: packages/cli/test/package.test.ts. */
const elsewhere = ['headwater serve', 'headwater demo', 'headwater backup', 'headwater restore'];

const today = () => server.clock.now().toISOString().slice(0, 10);
let opened: ReturnType<StripeDouble['openAccount']> | undefined;
function account() {
  opened ??= stripe.openAccount({ livemode: false, now: () => server.clock.now() });
  return opened;
}

/** The example under a command's heading. */
async function readExamples(): Promise<Map<string, unknown>> {
  const doc = await readFile(join(packageRoot(), '../../docs/cli.md'), 'utf8');
  const sections = doc.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => {
      const example = /```json\n([\s\S]*?)```/.exec(section)?.[1];
      const [name = ''] = section.split('\n');
      return [name, example === undefined ? undefined : JSON.parse(example)];
    }),
  );
}

/** The same keys, and of each the same kind; null and an empty list may stand for anything. */
function differences(example: unknown, answer: unknown, at = '$'): string[] {
  const kind = (value: unknown) => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
  const [wanted, found] = [kind(example), kind(answer)];
  if (wanted === 'null' || found === 'null') return [];
  if (wanted !== found) return [`${at} is ${found}, and not ${wanted}`];
  if (Array.isArray(example) && Array.isArray(answer)) {
    const [first] = example;
    return first === undefined
      ? []
      : answer.flatMap((one, index) => differences(first, one, `${at}[${index}]`));
  }
  if (wanted !== 'object') return [];
  const [a, b] = [example as Record<string, unknown>, answer as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => {
    if (!(key in a)) return [`${at}.${key} is not in docs/cli.md`];
    return key in b ? differences(a[key], b[key], `${at}.${key}`) : [`${at}.${key} is missing`];
  });
}

it('docs/cli.md has an example of every command, and every command is run here', async () => {
  const examples = await readExamples();
  expect([...Object.keys(calls), ...elsewhere].sort()).toEqual([...examples.keys()].sort());
  for (const [name, example] of examples) expect(example, name).toBeDefined();
});

it('every command answers as docs/cli.md says', async () => {
  const examples = await readExamples();
  const wrong: string[] = [];
  for (const [name, args] of Object.entries(calls)) {
    const said = args();
    const work = name === 'headwater erase' ? workOff() : undefined;
    const ended = await run(said, name === 'headwater login' ? { onError: letTerminalIn(server, url) } : {});
    await work;
    const isFine = ended.code === 0 || (name === 'headwater doctor' && ended.code === 5);
    if (!isFine) wrong.push(`${name}: exit code ${ended.code}: ${ended.err}${ended.out}`);
    else
      wrong.push(...differences(examples.get(name), JSON.parse(ended.out)).map((text) => `${name}: ${text}`));
    if (name === 'headwater setup stripe') await deliverSome();
  }
  expect(wrong).toEqual([]);
}, 120_000);

/** Forgets the person who is asked for, as the worker does, which is not running here. */
async function workOff(): Promise<void> {
  const { postgres, clickhouse, shipper } = server.server;
  for (;;) {
    const [asked] = await postgres.query<{ workspace_id: number; id: bigint }>(
      'select workspace_id, id from erasures limit 1',
    );
    if (asked === undefined) {
      await setTimeout(100);
      continue;
    }
    const key = { workspaceId: asked.workspace_id, id: BigInt(asked.id) };
    const running = erasePerson({ postgres, clickhouse, hasher: testHasher, clock: server.clock }, key);
    await Promise.all([running, shipper.catchUp(20_000)]);
    return;
  }
}

async function deliverSome(): Promise<void> {
  account().checkout({ amount: 5000, metadata: { program_id: String(story.programId) } });
  await deliver(account());
  await server.server.stripe.processor.drain();
}

it('what is wrong is said in JSON as well, and nowhere else', async () => {
  const wrong: [string[], number, string][] = [
    [['explain', 'nothing'], 1, 'payment_not_found'],
    [['explain'], 2, 'usage'],
    [['export', 'odd'], 2, 'usage'],
    [['links', 'create', '--partner', '999'], 1, 'partner_not_found'],
    [['serve', '--port'], 2, 'usage'],
  ];
  for (const [args, code, word] of wrong) {
    const ended = await run(args);
    expect([ended.code, ended.err, JSON.parse(ended.out)], args.join(' ')).toEqual([
      code,
      '',
      { error: expect.any(String), code: word },
    ]);
  }
  const away = await run(['doctor'], { env: { HEADWATER_URL: 'http://127.0.0.1:9' } });
  expect([away.code, JSON.parse(away.out).ok]).toEqual([3, false]);
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../apps/server/test/story.ts';
import { openTestServer, type TestServer } from '../../../apps/server/test/test-server.ts';

// As a stranger has it: the packed tarball installed by itself in an empty folder, asked by the official client.

const here = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'headwater-mcp-'));
const command = join(folder, 'node_modules/.bin/headwater-mcp');

let server: TestServer;
let story: Story;
let url: string;
let packed: string[];
let anna: { id: number };
const clients: Client[] = [];
/** Of a server that has every key, and of one that has none. */
let client: Client;
let keyless: Client;

beforeAll(async () => {
  // Built with everything else before any test runs.
  const told = run('npm', ['pack', '--json', '--pack-destination', folder], here);
  const [{ filename, files }] = JSON.parse(told);
  packed = files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{"name":"elsewhere","private":true}');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], folder);
  server = await openTestServer();
  story = await tellStory(server);
  anna = await story.addPartner('anna');
  url = await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  [client, keyless] = await Promise.all([openStdio(allKeys()), openStdio({})]);
}, 120_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(program: string, args: string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

type Keys = Partial<Record<'HEADWATER_TOKEN' | 'HEADWATER_KEY' | 'HEADWATER_WEBSITE_TOKEN', string>>;

const allKeys = (): Keys => ({
  HEADWATER_TOKEN: story.token,
  HEADWATER_KEY: server.key,
  HEADWATER_WEBSITE_TOKEN: story.websiteToken,
});

async function connect(transport: Parameters<Client['connect']>[0]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  await client.connect(transport);
  return client;
}

function openStdio(keys: Keys): Promise<Client> {
  const env = { PATH: process.env.PATH ?? '', HEADWATER_URL: url, ...keys };
  return connect(new StdioClientTransport({ command, cwd: folder, env, stderr: 'inherit' }));
}

/** The command serving HTTP on a free port, as it tells its address. */
async function openHttp(keys: Keys, token = 'a token of the tests') {
  const child = spawn(command, ['--http', '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HEADWATER_URL: url, HEADWATER_MCP_TOKEN: token, ...keys },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [line] = await once(child.stderr, 'data');
  const address = /http:\S+/.exec(String(line))?.[0] ?? '';
  return {
    address,
    async open(bearer = token): Promise<Client> {
      const headers = { authorization: `Bearer ${bearer}` };
      // Its optional members are declared in a way that exact optional types do not take.
      return connect(
        new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }) as never,
      );
    },
    async close(): Promise<unknown> {
      child.kill('SIGTERM');
      return (await once(child, 'exit'))[0];
    },
  };
}

interface Called {
  isError: boolean;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
  data: any;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Called> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as { text: string }[];
  return { isError: result.isError === true, text: first?.text ?? '', data: result.structuredContent };
}

/** Click → lead → sale → explanation, and what is asked along the way. `mark` keeps two tellings apart. */
async function tellChain(client: Client, mark: string): Promise<void> {
  const click = await call(client, 'track_click', { affiliate_url: 'https://shop.example/?aff=anna' });
  expect(click.data).toMatchObject({
    recorded: true,
    click_id: expect.stringMatching(/^clk_/),
    partner_code: 'anna',
  });
  const lead = { customer_key: `user-${mark}`, click_id: click.data.click_id, email: `${mark}@example.com` };
  expect((await call(client, 'track_lead', lead)).data).toEqual({ message: 'Lead tracked successfully' });
  const sale = { transaction_id: `order-${mark}`, amount_cents: 9900, customer_key: `user-${mark}` };
  const sold = await call(client, 'track_sale', sale);
  expect(sold.data).toMatchObject({
    duplicate: false,
    sale_id: expect.any(Number),
    commission_id: expect.any(Number),
  });
  // Sent again it is a result, with the same ids.
  const again = await call(client, 'track_sale', sale);
  expect(again.isError).toBe(false);
  expect(again.data).toMatchObject({
    duplicate: true,
    sale_id: sold.data.sale_id,
    commission_id: sold.data.commission_id,
  });
  const explained = await call(client, 'explain_payment', { payment_id: sold.data.sale_id });
  expect(explained.text).toContain(`partner ${anna.id} earns 1980`);
  expect(explained.data).toMatchObject({
    payment: { transaction_id: `order-${mark}`, amount_cents: 9900 },
    attribution: { attributed: true },
    commissions: [{ partner_id: anna.id, amount_cents: 1980 }],
  });
  const refund = { transaction_id: `order-${mark}`, refund_amount_cents: 5000, refund_id: `re-${mark}` };
  expect((await call(client, 'track_refund', refund)).data).toMatchObject({
    status: 'refunded',
    deductionAmount: 10,
  });
  expect((await call(client, 'track_refund', refund)).data).toMatchObject({ status: 'skipped' });
}

describe('the package', () => {
  it('holds what it says and nothing else, and needs nothing beside it', () => {
    expect(packed.sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/headwater-mcp.mjs',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/main.js',
      'package.json',
    ]);
    const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
    expect(own.dependencies).toBeUndefined();
    const licences = readFileSync(join(here, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(licences).toMatch(/@modelcontextprotocol\/sdk [\d.]+ \(MIT\)\n\n.*Permission is hereby granted/s);
    expect(licences).toMatch(/^zod [\d.]+ \(MIT\)$/m);
    expect(run(command, ['--version'], folder).trim()).toBe(own.version);
    expect(run(command, ['--help'], folder)).toContain('HEADWATER_TOKEN');
  });

  it('its README tells of every tool and every variable', async () => {
    const readme = readFileSync(join(here, 'README.md'), 'utf8');
    const { tools } = await keyless.listTools();
    expect(tools.length).toBeGreaterThan(10);
    for (const { name } of tools) expect(readme, name).toContain(`| \`${name}\` |`);
    for (const name of ['URL', 'TOKEN', 'KEY', 'WEBSITE_TOKEN', 'MCP_TOKEN'])
      expect(readme).toContain(`HEADWATER_${name}`);
  });
});

describe('the tools', () => {
  it('say what they do to the world, what they take and what they answer', async () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'headwater' });
    expect(client.getInstructions()).toContain('run_verification');
    const { tools } = await client.listTools();
    const hints = Object.fromEntries(
      tools.map(({ name, annotations = {}, description = '', inputSchema, outputSchema }) => {
        expect(description.length, name).toBeGreaterThan(40);
        expect(inputSchema.additionalProperties, name).toBe(false);
        expect(outputSchema?.type, name).toBe('object');
        expect(Object.keys(inputSchema.properties ?? {}).join(), name).not.toMatch(/token|secret|api_?key/);
        const { readOnlyHint, destructiveHint, idempotentHint } = annotations;
        return [name, [readOnlyHint && 'reads', destructiveHint && 'takes back', idempotentHint && 'again']];
      }),
    );
    expect(hints).toEqual({
      readiness: ['reads', false, 'again'],
      run_verification: [false, false, false],
      integration_plan: ['reads', false, 'again'],
      track_click: [false, false, false],
      track_lead: [false, false, 'again'],
      track_sale: [false, false, 'again'],
      track_refund: [false, 'takes back', 'again'],
      attribute_payment: [false, false, 'again'],
      list_programs: ['reads', false, 'again'],
      list_websites: ['reads', false, 'again'],
      explain_payment: ['reads', false, 'again'],
      query_reports: ['reads', false, 'again'],
    });
  });

  it('take a click to its explanation, on standard input and output', async () => {
    await tellChain(client, 'stdio');
  });

  it('and the same over HTTP', async () => {
    const http = await openHttp(allKeys());
    await tellChain(await http.open(), 'http');
    expect(await http.close()).toBe(0);
  });

  it('tell what is missing, prove the integration, and what comes after', async () => {
    const before = await call(client, 'readiness');
    expect(before.data).toMatchObject({
      program_id: story.programId,
      next_step: expect.stringMatching(/\w/),
    });
    const byToken = await call(client, 'run_verification');
    expect(byToken.data).toMatchObject({
      attributed: true,
      verdict: { click: 'attributed', lead: 'attributed', sale: 'attributed' },
    });
    const byKey = await call(client, 'run_verification', { program_id: story.programId });
    expect(byKey.data.steps.map(({ name }: { name: string }) => name)).toEqual([
      'click',
      'lead',
      'sale',
      'explain',
    ]);
    const explained = await call(client, 'explain_payment', { payment_id: byKey.data.payment_id });
    expect(explained.data.payment.is_test).toBe(true);
    expect((await call(client, 'readiness')).data.next_step).toContain('Nothing is left to do');
  });

  it('keep test events out of everything', async () => {
    const program_id = story.programId;
    const page = 'https://shop.example/?aff=anna';
    const tests: [string, Record<string, unknown>][] = [
      ['track_click', { affiliate_url: page, program_id }],
      ['track_lead', { customer_key: 'nobody' }],
      ['track_sale', { transaction_id: 'test-1', amount_cents: 100 }],
      ['track_refund', { transaction_id: 'test-1' }],
    ];
    for (const [name, args] of tests) {
      const { data, text } = await call(client, name, { ...args, test_mode: true });
      expect(data.test_event_id, `${name}: ${text}`).toEqual(expect.any(Number));
    }
    const { body } = await server.get(`/api/v1/programs/${program_id}/payments?search=test-1`, server.key);
    expect(body.data).toEqual([]);
  });

  it('join a payment to its visit, and report revenue', async () => {
    await story.pageview('visitor-1', 'session-1', 'https://shop.example/pricing?utm_source=letter');
    const visit = { website_id: story.websiteId, visitor_id: 'visitor-1', session_id: 'session-1' };
    const payment = { ...visit, revenue: 4900, email: 'ada@example.com', transaction_id: 'visit-1' };
    expect((await call(client, 'attribute_payment', payment)).data).toMatchObject({ duplicate: false });
    expect((await call(client, 'attribute_payment', payment)).data).toMatchObject({ duplicate: true });
    const { data: listed } = await call(client, 'list_programs');
    expect(listed).toMatchObject({
      has_more: false,
      programs: [{ id: story.programId, domain: 'shop.example' }],
    });
    const { data: websites } = await call(client, 'list_websites');
    expect(websites.websites).toMatchObject([{ website_id: story.websiteId, program_id: story.programId }]);
    await server.server.shipper.catchUp(20_000);
    const report = await call(client, 'query_reports', {
      program_id: story.programId,
      dimensions: ['source'],
      filters: [{ dimension: 'source', operator: 'is', values: ['letter'] }],
    });
    expect(report.data).toMatchObject({
      rows: [{ dimensions: { source: 'letter' }, metrics: { gross_revenue_cents: 4900, payments: 1 } }],
      currency: 'USD',
    });
  });

  it('plan the integration of every stack, with the program’s own ids and no token', async () => {
    for (const stack of ['script', 'react', 'node', 'stripe', 'api']) {
      const { data, text } = await call(client, 'integration_plan', { stack });
      expect(data, stack).toMatchObject({
        program: { id: story.programId, domain: 'shop.example' },
        website_id: story.websiteId,
        next_step: expect.any(String),
      });
      expect(data.steps).toHaveLength(3);
      expect(data.steps[0].code).toContain(`data-website-id="${story.websiteId}"`);
      for (const secret of Object.values(allKeys())) expect(text).not.toContain(secret);
    }
    // A management key alone knows the only program there is, a tracking token its own.
    const byKey = await openStdio({ HEADWATER_KEY: server.key });
    expect((await call(byKey, 'integration_plan', { stack: 'node' })).data.program.id).toBe(story.programId);
    const byToken = await openStdio({ HEADWATER_TOKEN: story.token });
    const { data } = await call(byToken, 'integration_plan', { stack: 'node', website_id: 'web_mine' });
    expect(data.steps[0].code).toContain(`src="${url}/js/headwater.js"`);
    expect(data.steps[0].code).toContain('data-website-id="web_mine"');
  });
});

describe('what goes wrong', () => {
  it('without a key every tool says which variable it needs, and is an error the agent can read', async () => {
    const needs: [string, string, Record<string, unknown>][] = [
      ['readiness', 'HEADWATER_TOKEN', {}],
      ['run_verification', 'HEADWATER_TOKEN', {}],
      ['run_verification', 'HEADWATER_KEY', { program_id: 1 }],
      ['integration_plan', 'HEADWATER_TOKEN', { stack: 'node' }],
      ['track_lead', 'HEADWATER_TOKEN', { customer_key: 'a' }],
      ['track_sale', 'HEADWATER_TOKEN', { transaction_id: 'a', amount_cents: 1 }],
      ['track_refund', 'HEADWATER_TOKEN', { transaction_id: 'a' }],
      ['explain_payment', 'HEADWATER_TOKEN', { payment_id: 1 }],
      ['list_programs', 'HEADWATER_KEY', {}],
      ['list_websites', 'HEADWATER_KEY', {}],
      ['query_reports', 'HEADWATER_KEY', { program_id: 1 }],
    ];
    for (const [name, variable, args] of needs) {
      const { isError, text } = await call(keyless, name, args);
      expect(isError, name).toBe(true);
      expect(text, name).toMatch(new RegExp(`needs ${variable}`));
    }
  });

  it('a wrong key, id or field is told with what to do, and never with a key', async () => {
    const wrong = `aff_${'wrong'.repeat(8)}`;
    const stranger = await openStdio({ HEADWATER_TOKEN: wrong, HEADWATER_KEY: wrong });
    for (const [name, args] of [
      ['track_sale', { transaction_id: 'x', amount_cents: 1, customer_key: 'x' }],
      ['list_programs', {}],
      ['readiness', {}],
    ] as const) {
      const { isError, text } = await call(stranger, name, args);
      expect(isError, name).toBe(true);
      expect(text, name).toMatch(/Invalid API token.*Check that the token is whole|Check the keys/s);
      expect(text).not.toContain(wrong);
    }
    const unknown = await call(client, 'track_sale', {
      transaction_id: 'y',
      amount_cents: 1,
      customer_key: 'nobody',
    });
    expect(unknown.text).toMatch(/^Customer not found.*organic_payments to record/s);
    expect((await call(client, 'explain_payment', { payment_id: 999_999 })).text).toMatch(/Use the sale_id/);
    const misspelt = await call(client, 'track_sale', { transaction_id: 'z', amount_cents: 1, ammount: 2 });
    expect(misspelt.isError).toBe(true);
    expect(misspelt.text).toContain('ammount');
  });

  it('a server that is not there is told as that', async () => {
    const transport = new StdioClientTransport({
      command,
      env: { PATH: process.env.PATH ?? '', HEADWATER_URL: 'http://127.0.0.1:9', HEADWATER_KEY: 'affk_x' },
    });
    const { isError, text } = await call(await connect(transport), 'list_programs');
    expect(isError).toBe(true);
    expect(text).toMatch(/No server answers at .*HEADWATER_URL/);
  });

  it('over HTTP a stranger, another page and another name for this machine are turned away', async () => {
    const http = await openHttp(allKeys());
    await expect(http.open('another token')).rejects.toThrow(/HEADWATER_MCP_TOKEN/);
    const good = { authorization: 'Bearer a token of the tests', 'content-type': 'application/json' };
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const ask = (headers: Record<string, string>, method = 'POST', sent = body) =>
      post(http.address, method, headers, sent);
    const accept = 'application/json, text/event-stream';
    expect(await ask({ ...good, accept })).toBe(200);
    expect(await ask({ ...good, accept, origin: 'http://localhost:8080' })).toBe(200);
    expect(await ask({ ...good, accept, origin: 'https://evil.example' })).toBe(403);
    expect(await ask({ ...good, accept, origin: 'null' })).toBe(403);
    expect(await ask({ ...good, accept, host: 'rebound.example' })).toBe(403);
    expect(await ask({ accept, 'content-type': 'application/json' })).toBe(401);
    expect(await ask({ ...good, accept }, 'GET')).toBe(405);
    expect(await ask({ ...good, accept }, 'POST', '{"broken')).toBe(400);
    expect(await ask({ ...good, accept }, 'POST', `"${'x'.repeat(300_000)}"`)).toBe(413);
    await http.close();
  });
});

/** With headers that `fetch` does not let anybody choose. */
function post(
  address: string,
  method: string,
  headers: Record<string, string>,
  body: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end(method === 'GET' ? undefined : body);
  });
}

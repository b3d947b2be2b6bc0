import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { type Account, type StripeDouble, startStripeDouble } from '@headwater/stripe-double';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slugOf } from '../../apps/server/src/http/guides/render-markdown.ts';
import { openTestServer, type TestServer } from '../../apps/server/test/test-server.ts';
import { readFences } from '../../scripts/fences.mjs';
import { checkTypes } from './check-types.ts';
import { type Document, fillIn, readDocuments, root, type Values, whyNotRun } from './documents.ts';
import { commandPath, runDocument, type Surroundings } from './run-document.ts';

// Every document as a reader works through it, on one server: the README first, with whose program the others go on.

const documents = readDocuments();
let server: TestServer;
let stripe: StripeDouble;
let account: Account;
let folder: string;
let types: Promise<string>;
let surroundings: Surroundings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-documents-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const modules = documents.flatMap(({ path, fences }) =>
    fences
      .filter(({ language }) => language === 'ts' || language === 'tsx')
      .map(({ text, line, language }) => ({
        name: `${path.replaceAll(/\W/g, '-')}-${line}`,
        language,
        code: text,
      })),
  );
  types = checkTypes(folder, modules);

  let port = 0;
  stripe = await startStripeDouble({ livemode: true });
  account = stripe.openAccount();
  const now = () => new Date();
  server = await openTestServer({
    clock: { now, set() {}, advance() {} },
    jobs: true,
    publicUrl: () => `http://127.0.0.1:${port}`,
    stripe: { apiBase: stripe.url, ...stripe.platform },
  });
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.app.server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${port}`;
  const values: Surroundings['values'] = {
    url,
    programToken: 'aff_none_yet',
    websiteId: 'web_none_yet',
    websiteToken: 'tf_none_yet',
    managementKey: server.key,
    stripeKey: stripe.restrictedKey(account),
  };
  surroundings = {
    folder,
    values,
    env: () => ({
      PATH: process.env.PATH,
      URL: values.url,
      KEY: values.managementKey,
      CI_KEY: values.managementKey,
      HEADWATER_BIN: commandPath,
      HEADWATER_URL: values.url,
      HEADWATER_KEY: values.managementKey,
      HEADWATER_PROGRAM: '1',
      HEADWATER_TOKEN: values.programToken,
      HEADWATER_WEBSITE_TOKEN: values.websiteToken,
      STRIPE_API_BASE: stripe.url,
      STRIPE_SECRET_KEY: values.stripeKey,
    }),
    async newVisitor() {
      const link = { affiliate_url: 'https://acme.example/?aff=anna' };
      return (await server.post('/api/v1/track/click', link)).body.click_id;
    },
    async pay(page) {
      const form = new URLSearchParams({ email: 'mia@example.com' });
      await fetch(page, { method: 'POST', body: form, redirect: 'manual' });
      await untilStripeIsRead();
    },
    learn(output) {
      const found = (pattern: RegExp) => pattern.exec(output)?.[0];
      values.programToken = found(/aff_[\w-]{20,}/) ?? values.programToken;
      values.websiteToken = found(/tf_[\w-]{20,}/) ?? values.websiteToken;
      values.websiteId = found(/web_[\w-]{10,}/) ?? values.websiteId;
    },
  };
});

afterAll(async () => {
  await server?.close();
  await stripe?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Deliveries are answered when they are stored, and read a moment later. */
async function untilStripeIsRead(): Promise<void> {
  const waiting = '/api/v1/programs/1/stripe/events?state=waiting';
  while ((await server.get(waiting, server.key)).body.data.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

const [readme, ...others] = documents;
/** What starts servers of its own, installs units, or asks a terminal: by whom it is run. */
const runElsewhere = new Map([
  ['docs/quickstart.md', 'e2e/quickstart.mjs'],
  ['docs/operations.md', 'docs/operations.test.ts'],
  ['docs/cli.md', 'apps/server/test/cli-json.test.ts'],
]);

it('what is run elsewhere is', () => {
  for (const [document, place] of runElsewhere)
    expect(readFileSync(join(root, place), 'utf8')).toContain(document);
});

it(`${readme?.path}: its commands and snippets do what it says`, () =>
  runDocument(readme as Document, surroundings));

describe.concurrent('with the program of the README', () => {
  beforeAll(connectStripe);
  for (const document of others) {
    if (runElsewhere.has(document.path) || document.fences.every(({ language }) => language === '')) continue;
    it(
      `${document.path}: its commands and snippets do what it says`,
      {
        timeout: 120_000,
      },
      () => runDocument(document, surroundings),
    );
  }
});

/** What docs/stripe-setup.md ends with: several documents go on from there. */
async function connectStripe(): Promise<void> {
  const body = { api_key: surroundings.values.stripeKey };
  const connected = await server.post('/api/v1/programs/1/stripe/connect', body, server.key);
  expect(connected.status, JSON.stringify(connected.body)).toBeLessThan(300);
}

it.each([
  ['is refused', '```sh\ncurl -s $URL/api/v1/nothing\n```', /curl was answered 404/],
  ['answers something else', '```sh\ncurl -s $URL/healthz\n```\n```json\n{"status":"ill"}\n```', /status/],
  ['is not refused as it says', '```sh\ncurl -s $URL/healthz\n```\n```json status=401\n{}\n```', /200/],
  ['throws', "```js\nthrow new Error('broken')\n```", /broken/],
  ['prints something else', '```js\nconsole.log(1)\n```\n```text\n2\n```', /match/],
  ['does not parse', '```html\n<script>const = 1</script>\n```', /Unexpected/],
  ['is in no language that is known', '```cobol\nSTOP RUN.\n```', /cobol/],
])('a document whose block %s would fail', async (_why, text, message) => {
  const document = { path: 'made-up.md', text, fences: readFences(text) };
  await expect(runDocument(document, surroundings)).rejects.toThrow(message);
});

it('TypeScript is checked with the types of the SDK', async () => {
  expect(await types).toBe('');
}, 60_000);

it('leaves out only what cannot be run here, and says why', () => {
  const left = documents.flatMap(({ path, fences }) =>
    fences.flatMap((fence) => {
      const reason = whyNotRun(fence);
      return reason === undefined ? [] : [`${path}:${fence.line} ${reason}`];
    }),
  );
  expect(left.length, left.join('\n')).toBeLessThanOrEqual(8);
});

it('links from one to another lead to what is there', async () => {
  const anchors = new Map(
    documents.map(({ path, text }) => [
      path,
      new Set(
        [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, words = '']) => slugOf(words.replaceAll('`', ''))),
      ),
    ]),
  );
  for (const { path, text } of documents)
    for (const [, href = ''] of text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(href)) continue;
      const [file = '', anchor] = href.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      expect(existsSync(join(root, target)), `${href} in ${path}`).toBe(true);
      if (anchor !== undefined && anchors.has(target))
        expect([...(anchors.get(target) ?? [])], `${href} in ${path}`).toContain(anchor);
    }
});

it('fills in what a reader has of their own', () => {
  const values = {
    ...surroundings.values,
    clickId: 'clk_1',
    ports: new Map([['4000', 5999]]),
  } satisfies Values;
  const filled = fillIn('aff_… https://headwater.example app.listen(4000); localhost:4000', values);
  expect(filled).toBe(`${values.programToken} ${values.url} app.listen(5999); localhost:5999`);
});

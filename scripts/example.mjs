// `npm run example -- <name>`: one of examples/, ready to be used. Takes the Headwater that runs already, else starts one, and makes
// a program for the example; with HEADWATER_TOKEN and the others of `given` it is your own program. Ctrl-C stops everything.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSdk } from '../packages/sdk/build.mjs';
import { prepareProgram } from './demo-program.mjs';
import { freePort, openServer } from './demo-server.mjs';
import { openExampleStripe } from './example-stripe.mjs';
import { findManagementKey } from './management-api.mjs';
import { endProgress, paint, showProgress } from './terminal.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const examples = join(root, 'examples');
const packages = join(root, 'packages');
const given = ['HEADWATER_PROGRAM', 'HEADWATER_TOKEN', 'HEADWATER_WEBSITE', 'HEADWATER_WEBSITE_TOKEN'];
const people = [{ name: 'Anna', code: 'anna', email: 'anna@example.com' }];
const toClose = [];
let stopping;

function stop(code) {
  stopping ??= (async () => {
    for (const close of toClose.reverse()) await close();
    process.exit(code);
  })();
  return stopping;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));

try {
  await open(process.argv[2]);
} catch (error) {
  endProgress();
  if (stopping === undefined) {
    process.stderr.write(`The example cannot start: ${error.message}\n`);
    await stop(1);
  }
}

async function open(name) {
  const names = readdirSync(examples).filter((one) => existsSync(join(examples, one, 'package.json')));
  if (!names.includes(name)) throw new Error(`say which: npm run example -- ${names.join(' | ')}`);
  const port = Number(process.env.SHOP_PORT) || (await freePort(3001));
  const shopUrl = `http://localhost:${port}`;
  const program = await findProgram(name, shopUrl);
  showProgress('Building the example');
  if (isSdkOld()) await buildSdk();
  const folder = join(examples, name);
  if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts.build !== undefined)
    await build(folder);
  const stripe = name === 'stripe-checkout' ? await openExampleStripe(program) : undefined;
  if (stripe !== undefined) toClose.push(stripe.close);
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...program, ...stripe?.variables, PORT: String(port) },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  toClose.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  void ended.then((code) => {
    if (stopping === undefined) process.stderr.write('The example ended.\n');
    void stop(code === 0 ? 0 : 1);
  });
  child.stdout.on('data', (text) => {
    endProgress();
    if (/^The example is ready at/m.test(text)) printLinks(program, shopUrl);
    process.stdout.write(text);
  });
}

/** What the example is told of Headwater, as environment variables. */
async function findProgram(name, shopUrl) {
  if (given.every((variable) => process.env[variable])) {
    const url = process.env.HEADWATER_URL || `http://localhost:${process.env.PORT || 3000}`;
    return { HEADWATER_URL: url, ...Object.fromEntries(given.map((one) => [one, process.env[one]])) };
  }
  const server = await openServer(showProgress);
  toClose.push(server.stop);
  const key = findManagementKey();
  if (key === undefined) throw new Error('there is no management key: set HEADWATER_BOOTSTRAP_KEY=affk_…');
  const shop = { file: `example-${name}.json`, name: `Example ${name}`, people };
  const made = await prepareProgram(server.url, key, shopUrl, shop);
  return {
    HEADWATER_URL: server.url,
    HEADWATER_PROGRAM: String(made.programId),
    HEADWATER_TOKEN: made.programToken,
    HEADWATER_WEBSITE: made.websiteId,
    HEADWATER_WEBSITE_TOKEN: made.websiteToken,
    PARTNER_CODE: made.partners[0].code,
  };
}

/** The examples use the SDK as it is published: built, and with its types, which take some seconds. */
function isSdkOld() {
  const built = join(packages, 'sdk/dist/server/webhooks.d.cts');
  if (!existsSync(built)) return true;
  const sources = ['sdk/build.mjs', ...['sdk/src', 'tracker/src'].flatMap(listFiles)];
  return sources.some((file) => statSync(join(packages, file)).mtimeMs > statSync(built).mtimeMs);
}

function listFiles(folder) {
  return readdirSync(join(packages, folder), { recursive: true }).map((file) => join(folder, file));
}

async function build(folder) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['run', '--silent', 'build'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`it does not build:\n${said}`);
}

function printLinks({ HEADWATER_URL, HEADWATER_PROGRAM, PARTNER_CODE = 'anna' }, shopUrl) {
  const line = (label, text) => `  ${paint('dim', label.padEnd(14))} ${text}`;
  const link = (path) => paint('underline', `${shopUrl}${path}`);
  const lines = [
    '',
    line('By a partner', link(`/?aff=${PARTNER_CODE}`)),
    line('By a campaign', link('/?utm_source=newsletter&utm_medium=email&utm_campaign=spring')),
    line('Headwater', `${HEADWATER_URL}, program ${HEADWATER_PROGRAM}`),
    line('Stop', 'Ctrl-C'),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

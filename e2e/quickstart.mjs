// `npm run e2e:quickstart`: the commands of docs/quickstart.md, as they stand there, in a clone of this repository's last commit. Says how
// long each step took; ends with 1 and a sentence if one fails, or if all of them take longer than the document promises.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/demo-server.mjs';
import { readFences } from '../scripts/fences.mjs';
import { openShell } from '../scripts/shell-session.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const promisedSeconds = 300;
const startedAt = performance.now();
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

/** The commands of each step, with ports that are free here. */
function readSteps(ports) {
  const steps = new Map();
  for (const { language, heading, text } of readFences(
    readFileSync(join(root, 'docs/quickstart.md'), 'utf8'),
  )) {
    if (language !== 'sh') continue;
    const commands = text.replace(/localhost:(3000|3001)/g, (_, port) => `localhost:${ports[port]}`);
    steps.set(heading, `${steps.get(heading) ?? ''}${commands}\n`);
  }
  return steps;
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-quickstart-'));
const ports = { 3000: await freePort(0), 3001: await freePort(0) };
// Nothing of the environment that this was started in may help it along.
const ours = /^(HEADWATER_|STRIPE_|SMTP_|npm_|DATABASE_URL$|CLICKHOUSE_URL$|INIT_CWD$|NODE_ENV$)/;
const shell = openShell({
  cwd: folder,
  env: {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    REPOSITORY: root,
    PORT: String(ports[3000]),
    SHOP_PORT: String(ports[3001]),
    HOST: '127.0.0.1',
    NO_COLOR: '1',
  },
});

let current = '';
try {
  for (const [heading, commands] of readSteps(ports)) {
    current = heading;
    const stepAt = performance.now();
    const out = await shell.run(commands, promisedSeconds * 1000 - (performance.now() - startedAt));
    console.log(`ok  ${seconds(stepAt).padStart(6)} s  ${heading}`);
    const last = out.trim().split('\n').slice(-6).join('\n').replace(/^/gm, ' '.repeat(14));
    if (last.trim() !== '') console.log(last.replace(/^(.{150}).*$/gm, '$1…'));
  }
  console.log(
    `\nFrom a clean clone to a verified integration in ${seconds(startedAt)} s (${promisedSeconds} s are promised).`,
  );
} catch (error) {
  console.error(
    `\nThe quickstart does not work: at “${current}”, after ${seconds(startedAt)} s, ${error.message}`,
  );
  process.exitCode = 1;
} finally {
  await shell.close();
  // The server ends its engines, which takes it a moment, and writes until then.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
}

// `npm run check`: format and lint, types, boundaries between rooms, dead code, and the tracker's size. Under a minute.
import { spawn } from 'node:child_process';
import { buildAll } from './build.mjs';

await buildAll();

const bin = (name) => `node_modules/.bin/${name}`;
const checks = [
  ['format and lint', bin('biome'), 'check', '--error-on-warnings', '.'],
  ['types: server', bin('tsc'), '-p', 'apps/server'],
  ['types: contract', bin('tsc'), '-p', 'packages/contract'],
  ['types: command', bin('tsc'), '-p', 'packages/cli'],
  ['types: stripe double', bin('tsc'), '-p', 'packages/stripe-double'],
  ['types: tracker', bin('tsc'), '-p', 'packages/tracker'],
  ['types: sdk', bin('tsc'), '-p', 'packages/sdk'],
  ['types: shop', bin('tsc'), '-p', 'apps/demo-shop'],
  ['types: dashboard', bin('tsc'), '-p', 'apps/dashboard'],
  ['types: journeys', bin('tsc'), '-p', 'e2e'],
  ['boundaries', bin('depcruise'), '--config', '.dependency-cruiser.cjs', 'apps/server/src'],
  ['dead code', bin('knip')],
  ['tracker size', 'node', 'packages/tracker/size.mjs'],
  ['licences', 'node', 'scripts/licences.mjs', '--check'],
];

let failures = 0;

async function runCheck([name, command, ...args]) {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) {
    failures += 1;
    console.log(output.trimEnd());
  }
}

// Two at a time: most are bound by one core.
const waiting = [...checks];
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runCheck(next);
};
await Promise.all([work(), work()]);
process.exit(failures === 0 ? 0 : 1);

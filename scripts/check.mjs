// `npm run check`: format and lint, types, boundaries between rooms, dead code, licences and the tracker's size.
import { spawn } from 'node:child_process';
import { buildAll } from './build.mjs';

await buildAll();

const bin = (name) => `node_modules/.bin/${name}`;
// The native compiler, several times as fast; the older one is there for what reads the imports (`boundaries`).
const tsc = 'node_modules/typescript-native/bin/tsc';
const checks = [
  ['format and lint', bin('biome'), 'check', '--error-on-warnings', '.'],
  ...[
    ...['apps/server', 'apps/dashboard', 'apps/demo-shop', 'docs', 'e2e', 'soak'],
    ...['cli', 'contract', 'integration-plan', 'mcp', 'sdk', 'stripe-double', 'tracker'].map(
      (name) => `packages/${name}`,
    ),
  ].map((place) => [`types: ${place}`, tsc, '-p', place]),
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

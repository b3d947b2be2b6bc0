// `npm run dev`: everything, rebuilt and restarted when a source changes.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const watched = [
  'apps/server/src',
  'apps/server/migrations',
  'packages/contract/src',
  'packages/tracker/src',
];

let server;
let pending;
let restarting = Promise.resolve();

async function restart() {
  try {
    await buildAll();
  } catch {
    console.log('  The build failed (see above); the server that runs is the last one that built.');
    return;
  }
  if (server !== undefined) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  server = spawn(process.execPath, ['--enable-source-maps', join(root, 'apps/server/dist/main.js')], {
    stdio: 'inherit',
    cwd: root,
  });
}

for (const folder of watched) {
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(pending);
    pending = setTimeout(() => {
      restarting = restarting.then(restart);
    }, 150);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (server === undefined || server.exitCode !== null) process.exit(0);
    server.once('exit', () => process.exit(0));
    server.kill('SIGTERM');
  });
}
await restart();

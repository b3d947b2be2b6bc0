// The Headwater behind the demo shop: the one that runs already, else one started for it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from './build.mjs';
import { call, findManagementKey } from './management-api.mjs';

const main = join(dirname(fileURLToPath(import.meta.url)), '../apps/server/dist/main.js');

/**
 * Answers `{ url, ownerLink, stop, died }`: `ownerLink` lets the first owner in while there is none, `stop` ends what was
 * started here (nothing, when the server ran before), `died` resolves when it ends by itself. Rejects when the server cannot start; it has said why on standard error.
 */
export async function openServer(onProgress) {
  const running = await findRunningServer();
  if (running !== undefined) return { url: running, stop: async () => {}, died: new Promise(() => {}) };
  onProgress('Building');
  await buildAll();
  return startServer(onProgress);
}

/** `npm start` on this data directory is the demo's server too: it takes the directory's own key. */
async function findRunningServer() {
  const url = `http://localhost:${process.env.PORT || 3000}`;
  const key = findManagementKey();
  if (key === undefined) return undefined;
  // whatever else listens there may never answer
  const reply = await call(url, key, 'GET', '/api/v1/programs?limit=1', undefined, 1000).catch(
    () => undefined,
  );
  return reply?.status === 200 ? url : undefined;
}

async function startServer(onProgress) {
  const port = process.env.PORT || String(await freePort(3000));
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // so that the server ends by itself if this process is killed and cannot end it
    env: { ...process.env, PORT: port, npm_lifecycle_event: 'demo' },
  });
  const died = new Promise((resolve) => child.once('exit', resolve));
  const { url, ownerLink } = await new Promise((resolve, reject) => {
    let text = '';
    let ownerLink;
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const progress = /^ {2}(.*) …$/.exec(line)?.[1];
        if (progress !== undefined) onProgress(progress);
        ownerLink ??= /^ {2}(http\S+\/first-owner#\S+)$/.exec(line)?.[1];
        const ready = /^Headwater is ready at (\S+)$/.exec(line)?.[1];
        if (ready !== undefined) resolve({ url: ready, ownerLink });
      }
    });
    died.then(() => reject(new Error('Headwater did not start, for the reason above.')));
  });
  return {
    url,
    ownerLink,
    died,
    async stop() {
      child.kill('SIGTERM');
      await died;
    },
  };
}

/** The port if nobody listens there, else any free one. */
export async function freePort(wanted) {
  for (const port of [wanted, 0]) {
    const free = await new Promise((resolve) => {
      const probe = createServer().once('error', () => resolve(undefined));
      probe.listen(port, process.env.HOST || '0.0.0.0', () => {
        const { port: found } = probe.address();
        probe.close(() => resolve(found));
      });
    });
    if (free !== undefined) return free;
  }
  throw new Error('There is no free port.');
}

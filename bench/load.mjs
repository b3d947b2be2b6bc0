// Load from a second process: wrk where there is one (it leaves most of a processor to the servers), else autocannon.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const hasWrk = spawnSync('wrk', ['-v']).error === undefined && !process.env.BENCH_AUTOCANNON;
export const loadTool = hasWrk ? 'wrk' : 'autocannon';

/** Stands in bodies where the number of the lap goes in: as long as that number, so that lengths stay. */
export const mark = '@@@@@@@@';

let laps = 0;

/** Writes down requests (`{ path, headers, body }`) for {@link sendLoad}. */
export function writeRequests(file, requests) {
  if (!hasWrk) return writeFileSync(file, JSON.stringify(requests));
  const raw = requests.map(({ path, headers, body }) => {
    const lines = Object.entries({
      host: 'localhost',
      ...headers,
      'content-length': Buffer.byteLength(body),
    });
    return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
  });
  writeFileSync(file, raw.join('\u0000'));
}

/**
 * Sends the requests of a file round and round for some seconds.
 *
 * @returns {Promise<{ answered: number, failed: number, rate: number, p50_ms: number, p99_ms: number, max_ms: number }>}
 *   `failed`: not answered, or with another status than 2xx; `rate`: answers a second
 */
export async function sendLoad({ url, file, seconds, connections }) {
  // A range of laps of its own: no visitor of one round comes back in another.
  laps += 10_000;
  const output = hasWrk
    ? await run('wrk', [
        ...['-t1', `-c${connections}`, `-d${Math.ceil(seconds) + 1}s`, '--timeout', '30s'],
        ...['-s', join(here, 'load.lua'), url, '--', file, String(laps), String(seconds)],
      ])
    : await run(process.execPath, [
        join(here, 'load-autocannon.mjs'),
        ...[url, file, String(laps), String(seconds), String(connections)],
      ]);
  const result = JSON.parse(output.trim().split('\n').at(-1));
  const { sent, answered, measured = answered } = result;
  return {
    ...result,
    failed: result.failed + (sent - answered),
    answered: answered - result.failed,
    rate: measured / result.seconds,
  };
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}: ${output}`)),
    );
  });
}

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which Linux (32768+) and macOS (49152+) take ports for outgoing connections: an engine that
// restarts wants its old port back, and nothing else on the machine should have been given it meanwhile.
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** Whether nothing listens on `port` of 127.0.0.1 right now. Another process may take it a moment later. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A random port of 127.0.0.1 that was free when asked. The caller retries with another one when it loses the race. */
export async function pickLoopbackPort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST} on 127.0.0.1.`);
}

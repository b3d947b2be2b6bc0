import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, runHeadwater } from './run-headwater.ts';

/** A server that can be ended, and started again where it was with what it had. */
export interface Restartable {
  url: string;
  /** What it printed for the first owner. */
  ownerLink: string;
  /** As a restart or an upgrade does. */
  end(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startRestartable(): Promise<Restartable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-restartable-'));
  const port = await freePort();
  let running: Awaited<ReturnType<typeof runHeadwater>> | undefined = await runHeadwater(dataDir, port);
  const { ownerLink } = running;
  const end = async () => {
    await running?.end();
    running = undefined;
  };
  return {
    url: `http://localhost:${port}`,
    ownerLink,
    end,
    async start() {
      running = await runHeadwater(dataDir, port);
    },
    async close() {
      await end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

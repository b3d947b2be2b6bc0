import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A file system of its own for the data directory, which can be full or stand still. */
export interface SmallDisk {
  path: string;
  /** Nothing is left of it for so long. */
  fillFor(ms: number): Promise<void>;
  /** Every write waits for so long. */
  freezeFor(ms: number): Promise<void>;
  remove(): void;
}

/** Undefined where this machine lets nobody mount: only root may. */
export function openSmallDisk(within: string, gigabytes: number): SmallDisk | undefined {
  const [image, path] = [join(within, 'disk.img'), join(within, 'disk')];
  try {
    writeFileSync(image, '');
    truncateSync(image, gigabytes * 2 ** 30);
    mkdirSync(path);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, path], { stdio: 'ignore' });
  } catch {
    rmSync(image, { force: true });
    return undefined;
  }
  const filler = join(path, 'filler');
  return {
    path,
    async fillFor(ms) {
      const until = performance.now() + ms;
      // Room that others free meanwhile is taken as well.
      for (let part = 0; performance.now() < until; part += 1) {
        const { bavail, bsize } = statfsSync(path);
        const bytes = String(Math.max(bavail * bsize, 4096));
        spare(() =>
          execFileSync('fallocate', ['-l', bytes, `${filler}-${part % 1000}`], { stdio: 'ignore' }),
        );
        await sleep(250);
      }
      for (let part = 0; part < 1000; part += 1) rmSync(`${filler}-${part}`, { force: true });
    },
    async freezeFor(ms) {
      execFileSync('fsfreeze', ['-f', path]);
      await sleep(ms);
      execFileSync('fsfreeze', ['-u', path]);
    },
    remove() {
      spare(() => execFileSync('fsfreeze', ['-u', path], { stdio: 'ignore' }));
      execFileSync('umount', ['-l', path]);
      rmSync(image, { force: true });
    },
  };
}

/** What may fail without anything being wrong: there may be no room left to take, and nothing frozen. */
function spare(act: () => unknown): void {
  try {
    act();
  } catch {
    // as it should be
  }
}

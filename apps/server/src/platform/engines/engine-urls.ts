import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the engines inside are, for a command beside the server that runs them. Absent members are not inside. */
export interface EngineUrls {
  databaseUrl?: string;
  clickhouseUrl?: string;
}

const fileOf = (dataDir: string) => join(dataDir, 'engines.json');

/** Writes them down for whoever may read the data anyway: the URLs hold passwords. */
export async function writeEngineUrls(dataDir: string, urls: EngineUrls): Promise<void> {
  const temporary = `${fileOf(dataDir)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(urls)}\n`, { mode: 0o600 });
  await rename(temporary, fileOf(dataDir));
}

export async function forgetEngineUrls(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

/**
 * Where the engines of a data directory are that another process has locked; undefined while they are starting. Without a lock
 * the file may be of a server that was killed: ask only after {@link DataDirectoryInUse}.
 */
export async function findEngineUrls(dataDir: string): Promise<EngineUrls | undefined> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as EngineUrls);
}

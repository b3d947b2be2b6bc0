import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import colors from 'picocolors';
import {
  type Backup,
  BackupRefused,
  type Restored,
  restoreBackup,
  type Source,
  takeBackup,
  tryBackup,
} from './backup/index.ts';
import { DataDirectoryInUse, findEngineUrls, startEngines } from './platform/engines/index.ts';
import {
  type Config,
  ConfigError,
  createLog,
  findSecret,
  givenSecret,
  isConnectionFailure,
  packageRoot,
  readConfig,
} from './platform/index.ts';

// What is done beside the server, by whoever may read its data: `headwater backup` and `headwater restore` start this program
// where the server is installed. It reads the same settings. Exit codes are those of the command (packages/cli/src/failure.ts).

const exits = { ok: 0, refused: 1, usage: 2, unreachable: 3, found: 5 } as const;

const options = {
  verify: { type: 'boolean' },
  'without-secret': { type: 'boolean' },
  force: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [act, file, ...more] = positionals;
  if ((act !== 'backup' && act !== 'restore') || file === undefined || more.length > 0) {
    process.stderr.write('headwater backup <file>, or headwater restore <file>\n');
    return exits.usage;
  }
  const config = readConfig();
  return act === 'backup' ? backUp(config, file, values) : restore(config, file, values);
}

interface Asked {
  verify?: boolean;
  'without-secret'?: boolean;
  force?: boolean;
  'dry-run'?: boolean;
  json?: boolean;
}

async function backUp(config: Config, file: string, asked: Asked): Promise<number> {
  const onProgress = progressTo(process.stderr);
  const secrets = readSecrets(config, asked['without-secret'] === true);
  const made = await withStores(config, (stores) =>
    takeBackup({ ...stores, ...secrets }, file, { force: asked.force === true, onProgress }),
  );
  onProgress('');
  const tried = asked.verify
    ? await tryBackup(made.file, { log: createLog(config.logLevel), onProgress })
    : undefined;
  onProgress('');
  if (asked.json) tell({ ...shownBackup(made), verified: tried === undefined ? null : shownRestored(tried) });
  else {
    sayBackup(made);
    if (tried !== undefined) sayRestored(tried, 'Restored elsewhere for trial and thrown away');
  }
  return tried?.fault ? exits.found : exits.ok;
}

async function restore(config: Config, file: string, asked: Asked): Promise<number> {
  const onProgress = progressTo(process.stderr);
  const log = createLog(config.logLevel);
  const restored = asked['dry-run']
    ? await tryBackup(file, { log, onProgress })
    : await restoreBackup(file, config, { log, onProgress, secret: givenSecret() });
  onProgress('');
  if (asked.json) tell(shownRestored(restored));
  else sayRestored(restored, asked['dry-run'] ? 'Restored elsewhere for trial and thrown away' : 'Restored');
  return restored.fault ? exits.found : exits.ok;
}

/** The stores of the server that runs here, or, where none runs, started for as long as it takes. */
async function withStores<T>(
  config: Config,
  work: (stores: Pick<Source, 'databaseUrl' | 'clickhouse'>) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl, clickhouseUrl } = config;
  if (databaseUrl !== undefined && clickhouseUrl !== undefined) {
    return work({ databaseUrl, clickhouse: { url: clickhouseUrl } });
  }
  const inside = databaseUrl === undefined ? 'postgres' : 'clickhouse';
  if (!existsSync(join(dataDir, inside))) {
    throw new BackupRefused(
      `There is no data in ${dataDir}: run this where the server runs and with its settings (HEADWATER_DATA_DIR, or DATABASE_URL and CLICKHOUSE_URL).`,
    );
  }
  const engines = await startEngines({
    config: {
      ...{ dataDir, databaseUrl, clickhouseUrl, clickhouseMemoryMb: config.clickhouseMemoryMb },
      clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js'),
    },
    log: createLog(config.logLevel),
    onProgress: () => undefined,
  }).catch((error: unknown) => {
    if (error instanceof DataDirectoryInUse) return undefined;
    throw error;
  });
  if (engines !== undefined) {
    try {
      return await work({ databaseUrl: engines.databaseUrl, clickhouse: { url: engines.clickhouseUrl } });
    } finally {
      await engines.stop();
    }
  }
  const urls = await findEngineUrls(dataDir);
  const url = clickhouseUrl ?? urls?.clickhouseUrl;
  const database = databaseUrl ?? urls?.databaseUrl;
  if (database === undefined || url === undefined) {
    throw new BackupRefused(
      'The server is starting, or was started with other settings: try again when it is ready.',
    );
  }
  return work({ databaseUrl: database, clickhouse: { url } });
}

/** What of the data directory nothing else holds. @throws BackupRefused where the secret is not to be found */
function readSecrets({ dataDir }: Config, isApart: boolean): Pick<Source, 'secret' | 'secrets'> {
  const secret = findSecret(dataDir);
  if (secret === undefined) {
    throw new BackupRefused(
      `The installation's secret is not here: set HEADWATER_SECRET as the server has it, or HEADWATER_DATA_DIR to where it keeps it.`,
    );
  }
  if (isApart) return { secret, secrets: {} };
  const key = join(dataDir, 'management-key');
  return {
    secret,
    secrets: { secret, ...(existsSync(key) ? { 'management-key': readFileSync(key, 'utf8') } : {}) },
  };
}

// In the words of the API's answers, as every command has them (docs/cli.md).
const shownBackup = ({ file, bytes, sha256, snapshotAt, hasSecret, rows, events }: Backup) => ({
  ...{ file, bytes, sha256, snapshot_at: snapshotAt, has_secret: hasSecret },
  rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
  events,
});

const shownRestored = ({ snapshotAt, fault, ...counted }: Restored) => ({
  snapshot_at: snapshotAt,
  ...counted,
  fault: fault === null ? null : { ...fault, workspaceId: undefined, workspace_id: fault.workspaceId },
});

function sayBackup(backup: Backup): void {
  process.stdout.write(
    `${colors.green('✓')} ${backup.file}: ${size(backup.bytes)}, as of ${backup.snapshotAt}, ${shownBackup(backup).rows} rows of PostgreSQL and ${backup.events} events.\n` +
      (backup.hasSecret
        ? '  The secret is in it: whoever has this file has everything. Keep it as you keep passwords.\n'
        : '  The secret is not in it: without HEADWATER_SECRET, kept apart, it cannot be restored.\n'),
  );
}

function sayRestored({ fault, ...found }: Restored, how: string): void {
  const { payments, commissions, entries, acts } = found;
  process.stdout.write(
    fault === null
      ? `${colors.green('✓')} ${how}, as of ${found.snapshotAt}. The books are whole: ${payments} payments, ${commissions} commissions, ${entries} entries, ${acts} acts; ${found.events} events.\n`
      : `${colors.red('✗')} ${how}, but in workspace ${fault.workspaceId} ${fault.check}: ${fault.what}: ${fault.why}. The backup shows what was there: it was wrong before.\n`,
  );
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function tell(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One line on a terminal; nothing elsewhere. An empty text clears it. */
function progressTo(stream: NodeJS.WriteStream): (text: string) => void {
  if (!stream.isTTY) return () => undefined;
  return (text) => void stream.write(`\r\u001b[K${text === '' ? '' : colors.dim(`  ${text} …`)}`);
}

function explain(error: unknown): { message: string; exit: number } {
  if (error instanceof BackupRefused || error instanceof DataDirectoryInUse) {
    return { message: error.message, exit: exits.refused };
  }
  if (error instanceof ConfigError) return { message: error.message, exit: exits.usage };
  const { code, message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  if (code?.startsWith('ERR_PARSE_ARGS')) return { message, exit: exits.usage };
  if (code === 'ENOENT' && (error as { path?: string }).path !== undefined) {
    return { message: `There is no ${(error as { path: string }).path}.`, exit: exits.refused };
  }
  if (isConnectionFailure(error))
    return { message: `A store does not answer: ${message}`, exit: exits.unreachable };
  return { message, exit: exits.refused };
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, exit } = explain(error);
  if (process.argv.includes('--json'))
    tell({ error: message, code: exit === exits.usage ? 'usage' : 'refused' });
  else process.stderr.write(`${colors.red('✗')} ${message}\n`);
  return exit;
});

import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { printBanner, showProgress } from './banner.ts';
import { openFirstOwnerLink } from './people/index.ts';
import { DataDirectoryInUse, type Engines, startEngines } from './platform/engines/index.ts';
import {
  type Config,
  ConfigError,
  createLog,
  openPostgres,
  packageRoot,
  readConfig,
  readSecret,
  systemClock,
} from './platform/index.ts';
import { openServer, type Server } from './server.ts';
import { openGeo } from './touches/index.ts';
import { ensureFirstKey, installBootstrapKey } from './workspaces/index.ts';

// Engines and requests have this long to end; the contract allows five seconds in all.
const stopWithinMs = 4500;

async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = readConfig();
  const log = createLog(config.logLevel);
  const progress = showProgress();
  let engines: Engines | undefined;
  let server: Server | undefined;
  let stopping: Promise<void> | undefined;

  const stop = (code: number): Promise<void> => {
    stopping ??= (async () => {
      setTimeout(() => process.exit(code || 1), stopWithinMs).unref();
      await server?.close().catch((error) => log.error({ err: error }, 'the server did not close cleanly'));
      await engines?.stop().catch((error) => log.error({ err: error }, 'an engine did not stop cleanly'));
      process.exit(code);
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  if (config.startedByNpm) stopWithoutParent(() => void stop(0));

  try {
    let url = config.publicUrl ?? `http://localhost:${config.port}`;
    const geo = openGeo(config.geoDatabase);
    geo.catch(() => {});
    engines = await startEngines({
      config: {
        dataDir: config.dataDir,
        databaseUrl: config.databaseUrl,
        clickhouseUrl: config.clickhouseUrl,
        clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js'),
        clickhouseMemoryMb: config.clickhouseMemoryMb,
      },
      log,
      onProgress: progress.show,
    });
    server = await openServer({
      databaseUrl: engines.databaseUrl,
      clickhouse: { url: engines.clickhouseUrl },
      secret: readSecret(config.dataDir),
      clock: systemClock,
      log,
      geo: await geo,
      fee: { bps: config.feeBps, freeRevenueMinor: config.feeFreeMinor },
      rateLimitPerMinute: config.rateLimitPerMinute,
      stripe: config.stripe,
      smtp: config.smtp,
      webhooks: { allowPrivate: config.webhooksAllowPrivate },
      publicUrl: () => url,
      dataDir: config.dataDir,
      jobs: true,
      onProgress: progress.show,
    });
    const firstKey = await prepareKeys(config, engines.databaseUrl);
    await server.app.listen({ port: config.port, host: config.host });
    const { port } = server.app.server.address() as AddressInfo;
    url = config.publicUrl ?? `http://localhost:${port}`;
    engines.announce(url);
    progress.done();
    printBanner({
      url,
      dataDir: shortPath(config.dataDir),
      engines: [engines.databaseDescription, engines.clickhouseDescription],
      seconds: (performance.now() - startedAt) / 1000,
      keyFile: firstKey,
      ownerLink: await openFirstOwnerLink(server.people),
    });
    process.stdout.write(`Headwater is ready at http://localhost:${port}\n`);
  } catch (error) {
    progress.done();
    if (stopping === undefined) {
      tellFailure(error, config);
      await stop(1);
    }
  }
}

/** Installs the key from the environment, and on the very first start makes one. Returns where the first key is. */
async function prepareKeys(config: Config, databaseUrl: string): Promise<string | null> {
  const postgres = openPostgres(databaseUrl, { max: 2 });
  const file = join(config.dataDir, 'management-key');
  try {
    const made = await ensureFirstKey(postgres, (key) => writeFile(file, `${key}\n`, { mode: 0o600 }));
    if (config.bootstrapKey !== undefined) await installBootstrapKey(postgres, config.bootstrapKey);
    return made === null ? null : shortPath(file);
  } finally {
    await postgres.close();
  }
}

/** As a person would type it: relative where the path is below the current folder. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}

/** npm that is killed cannot pass the signal on: without a parent there is nobody left to serve. */
function stopWithoutParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}

function tellFailure(error: unknown, config: Config): void {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof ConfigError || error instanceof DataDirectoryInUse) {
    process.stderr.write(`Headwater cannot start: ${error.message}\n`);
  } else if (code === 'EADDRINUSE') {
    process.stderr.write(
      `Headwater cannot start: port ${config.port} is in use. Stop what uses it, or choose another: PORT=3001 npm start\n`,
    );
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`Headwater cannot start: ${message}\n`);
    if (config.logLevel === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    else process.stderr.write('LOG_LEVEL=debug shows more.\n');
  }
}

main().catch((error) => {
  process.stderr.write(`Headwater cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * HEADWATER_SUITE=postgres: what asks a PostgreSQL something of its own, for a second run on another one. Left out are files that
 * ask none, that start the one inside whatever they are given, and that are about requests and clients: what those make the server
 * ask, the rooms' own tests and reference.test.ts ask as well.
 */
const withoutPostgres =
  process.env.HEADWATER_SUITE === 'postgres'
    ? [
        'apps/dashboard/**',
        'docs/**',
        'packages/{cli,contract,mcp,tracker}/**',
        'packages/sdk/test/package.test.ts',
        'apps/server/src/{attribution,backup,models,money}/**',
        'apps/server/src/platform/{clickhouse,engines}/**',
        'apps/server/src/reports/rollups/**',
        'apps/server/src/touches/enrichment/**',
        'apps/server/test/{backup,bad-input,cli*,crash,imports-crash,isolation,malformed-http,stripe-crash}.test.ts',
      ]
    : [];

export default defineConfig({
  test: {
    // Much of a test is waiting for a database: two at a time even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'server',
          include: ['apps/**/*.test.ts', 'packages/**/*.test.ts', 'bench/**/*.test.ts', 'docs/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.ts', ...withoutPostgres],
          globalSetup: ['apps/server/test/global-setup.ts'],
          pool: 'forks',
          // A file's state is its own server and database, not its modules: loading those for each file took a third of the time.
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['packages/**/*.browser.test.ts', 'e2e/**/*.browser.test.ts'],
          globalSetup: ['apps/server/test/global-setup.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['soak/*.test.ts'],
          globalSetup: ['apps/server/test/global-setup.ts'],
          pool: 'forks',
          disableConsoleIntercept: true,
        },
      },
    ],
  },
});

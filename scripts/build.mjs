// Builds what runs: the server, the ClickHouse child, the tracker and the dashboard. Done at every start: the last of them takes a
// few seconds, but only when it has changed, and the others less than one.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildCli } from '../packages/cli/build.mjs';
import { buildMcp } from '../packages/mcp/build.mjs';
import { buildTracker } from '../packages/tracker/build.mjs';
import { buildDashboard } from './build-dashboard.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** npm packages stay outside of the bundle; our own workspace packages are part of it. */
const npmPackagesOutside = {
  name: 'npm-packages-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@headwater/') ? undefined : { path, external: true },
    );
  },
};

const forNode = {
  bundle: true,
  splitting: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [npmPackagesOutside],
};

export async function buildAll() {
  const outdir = join(root, 'apps/server/dist');
  await Promise.all([
    build({
      entryPoints: {
        main: join(root, 'apps/server/src/main.ts'),
        operate: join(root, 'apps/server/src/operate.ts'),
        'clickhouse-process': join(root, 'apps/server/src/platform/engines/clickhouse-process.ts'),
      },
      outdir,
      ...forNode,
    }),
    buildCli(),
    buildMcp(),
    buildTracker(),
    buildDashboard(),
  ]);
}

/** The demo shop, which only `npm run demo` needs. Answers with its module. */
export async function buildShop() {
  const shop = join(root, 'apps/demo-shop');
  await build({ entryPoints: [join(shop, 'src/main.ts')], outdir: join(shop, 'dist'), ...forNode });
  return import(pathToFileURL(join(shop, 'dist/main.js')).href);
}

/** The double of Stripe, for what shows or measures the server without a Stripe account. Answers with its module. */
export async function buildStripeDouble() {
  const double = join(root, 'packages/stripe-double');
  await build({ entryPoints: [join(double, 'src/index.ts')], outdir: join(double, 'dist'), ...forNode });
  return import(pathToFileURL(join(double, 'dist/index.js')).href);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll();

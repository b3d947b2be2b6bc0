// Builds `dist/`: each entry as ES module and CommonJS, with its types beside it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const entries = ['browser', 'react', 'server'];

export async function buildSdk() {
  rmSync(dist, { recursive: true, force: true });
  for (const format of ['esm', 'cjs']) {
    const extension = format === 'esm' ? '.js' : '.cjs';
    const common = {
      bundle: true,
      format,
      outdir: dist,
      outExtension: { '.js': extension },
      logLevel: 'warning',
    };
    await build({
      ...common,
      entryPoints: [join(here, 'src/browser.ts')],
      // Pages ship it: as small as it gets.
      ...{ target: 'es2021', platform: 'neutral', minify: true },
    });
    await build({
      ...common,
      entryPoints: [join(here, 'src/react.ts')],
      ...{ target: 'es2021', platform: 'neutral', external: ['react'] },
      // One tracker for a page, whichever entry it was reached by; and a client component, where there are such.
      banner: { js: '"use client";' },
      plugins: [browserOutside(extension)],
    });
    await build({
      ...common,
      entryPoints: [join(here, 'src/server.ts')],
      target: 'node20',
      platform: 'node',
    });
  }
  writeTypes();
}

const browserOutside = (extension) => ({
  name: 'browser-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\/browser\.ts$/ }, () => ({ path: `./browser${extension}`, external: true }));
  },
});

function writeTypes() {
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')),
    'bin/tsc',
  );
  const outDir = mkdtempSync(join(here, '.types-'));
  try {
    const { status, stdout } = spawnSync(
      process.execPath,
      [tsc, '-p', join(here, 'tsconfig.types.json'), '--outDir', outDir],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`tsc could not write the types\n${stdout}`);
    const from = join(outDir, 'sdk/src');
    for (const name of entries) writeBoth(join(from, `${name}.d.ts`), name);
    for (const name of readdirSync(join(from, 'server')))
      writeBoth(join(from, 'server', name), `server/${name.slice(0, -5)}`);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** For `import` and for `require`, each of which resolves to its own. */
function writeBoth(file, name) {
  const text = readFileSync(file, 'utf8');
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, `${name}.d.ts`), text.replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  writeFileSync(join(dist, `${name}.d.cts`), text.replace(/(from '\.[^']*)\.ts'/g, "$1.cjs'"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildSdk();

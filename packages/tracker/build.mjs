import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const here = dirname(fileURLToPath(import.meta.url));

/** Where the built script is: `packages/tracker/dist/headwater.js`. */
const trackerFile = join(here, 'dist', 'headwater.js');

/**
 * Builds the browser script into `dist/headwater.js` and returns its text.
 * esbuild joins the files into one scope; terser then makes it a tenth smaller than esbuild alone would.
 */
export async function buildTracker() {
  const bundle = await build({
    entryPoints: [join(here, 'src', 'index.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2021',
    write: false,
    legalComments: 'none',
  });
  // One keyword for all variables and no inlining of functions compress better than what is shortest uncompressed.
  const minified = await minify(bundle.outputFiles[0].text.replace(/\bconst /g, 'let '), {
    ecma: 2020,
    module: true,
    compress: {
      passes: 3,
      inline: 0,
      unsafe_arrows: true,
      unsafe_comps: true,
      pure_getters: true,
      side_effects: false,
      hoist_props: false,
    },
  });
  const code = `(()=>{${minified.code.replace(/;$/, '')}})()`;
  await mkdir(dirname(trackerFile), { recursive: true });
  await writeFile(trackerFile, code);
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTracker();

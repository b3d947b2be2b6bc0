// Builds `dist/main.js`: the command as one file, with everything it needs inside, so that it installs from its tarball alone.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

export async function buildCli() {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
    logLevel: 'warning',
    // Of what was written for CommonJS, `require` of Node's own modules is left.
    banner: {
      js: "import { createRequire as createRequireOfNode } from 'node:module';\nconst require = createRequireOfNode(import.meta.url);",
    },
  });
  writeFileSync(join(here, 'dist/THIRD-PARTY-LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));
}

/** What stands inside is others' work: their notices go along. */
function licencesOf(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const packages = [...folders].map((folder) => {
    const path = join(here, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const file = readdirSync(path).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(path, file), 'utf8').trim();
    return { title: `${name} ${version}`, text };
  });
  packages.sort((a, b) => a.title.localeCompare(b.title));
  return packages.map(({ title, text }) => `${title}\n${'-'.repeat(title.length)}\n${text}\n`).join('\n\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCli();

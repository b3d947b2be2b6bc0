// Builds the dashboard into apps/dashboard/dist, unless what it is made of has not changed since; and compresses its files once,
// so that the server never does.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dashboard = join(root, 'apps/dashboard');
const dist = join(dashboard, 'dist');
const stamp = join(dist, '.made-of');

export async function buildDashboard() {
  const madeOf = await digestSources();
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === madeOf) return;
  await rm(stamp, { force: true });
  // Vite takes half a second to load: only where there is something to build.
  const { build } = await import('vite');
  await build({ configFile: join(dashboard, 'vite.config.ts'), logLevel: 'warn' });
  await cp(join(dashboard, 'src/pages.json'), join(dist, 'pages.json'));
  await compressAll();
  await writeFile(stamp, madeOf);
}

async function digestSources() {
  const digest = createHash('sha256');
  const files = ['index.html', 'vite.config.ts', 'package.json', '../../package-lock.json'];
  for (const folder of ['src', 'public', '../../packages/integration-plan/src']) {
    const found = await readdir(join(dashboard, folder), { recursive: true, withFileTypes: true });
    for (const one of found) if (one.isFile()) files.push(join(one.parentPath, one.name));
  }
  const paths = files.map((file) => (file.startsWith('/') ? file : join(dashboard, file))).sort();
  for (const path of paths) digest.update(path.slice(root.length)).update(await readFile(path));
  return digest.digest('hex');
}

async function compressAll() {
  const found = await readdir(dist, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile() && /\.(js|css|svg)$/.test(one.name));
  await Promise.all(
    files.map(async (one) => {
      const path = join(one.parentPath, one.name);
      const bytes = await readFile(path);
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
      await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, quality));
      await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
    }),
  );
}

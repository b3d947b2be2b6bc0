import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSdk } from '../build.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const rootModules = join(here, '../../node_modules');
const folder = mkdtempSync(join(tmpdir(), 'headwater-sdk-'));
let packed: string[];

// As a stranger gets it: from the tarball, beside nothing but React.
beforeAll(async () => {
  await buildSdk();
  const told = run('npm', ['pack', '--json', '--pack-destination', folder], here);
  const [{ filename, files }] = JSON.parse(told);
  packed = files.map(({ path }: { path: string }) => path);
  const own = join(folder, 'node_modules/@headwater/sdk');
  mkdirSync(own, { recursive: true });
  run('tar', ['-xzf', join(folder, filename), '-C', own, '--strip-components=1'], folder);
  for (const name of ['react', 'react-dom', 'scheduler'])
    symlinkSync(join(rootModules, name), join(folder, 'node_modules', name));
  mkdirSync(join(folder, 'node_modules/@types'));
  for (const name of ['node', 'react', 'undici-types', 'csstype'])
    try {
      symlinkSync(
        join(rootModules, name.includes('-types') || name === 'csstype' ? name : `@types/${name}`),
        join(folder, 'node_modules', name.includes('-types') || name === 'csstype' ? name : `@types/${name}`),
      );
    } catch {
      // Not every version needs it.
    }
  writeFileSync(join(folder, 'package.json'), '{"name":"shop","private":true,"type":"module"}');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function runText(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return run(process.execPath, [name], folder).trim();
}

const uses = `
  console.log(typeof init, typeof getData, getData().clickId, typeof useHeadwater, typeof Headwater, typeof verifyWebhook);
  init({ apiBase: 'https://headwater.example', programId: 1 });
  track('nothing').then((answer) => console.log(JSON.stringify(answer)));`;
const said = 'function function null function function function\n{"success":false,"message":"no browser"}';

describe('the package', () => {
  it('holds what it says, and nothing else', () => {
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
    expect(own.dependencies).toBeUndefined();
    const wanted = Object.values(own.exports).flatMap(
      (one) => JSON.stringify(one).match(/dist\/[\w.]+/g) ?? [],
    );
    for (const path of wanted) expect(packed).toContain(path);
  });

  it('runs as an ES module, also where there is no browser', () => {
    const text = `import { getData, init, track } from '@headwater/sdk';
      import { useHeadwater } from '@headwater/sdk/react';
      import { Headwater, verifyWebhook } from '@headwater/sdk/server';${uses}`;
    expect(runText('esm.mjs', text)).toBe(said);
  });

  it('runs as CommonJS', () => {
    const text = `const { getData, init, track } = require('@headwater/sdk');
      const { useHeadwater } = require('@headwater/sdk/react');
      const { Headwater, verifyWebhook } = require('@headwater/sdk/server');${uses}`;
    expect(runText('cjs.cjs', text)).toBe(said);
  });

  it('renders React on a server', () => {
    const text = `import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { HeadwaterProvider, useHeadwater } from '@headwater/sdk/react';
      const Button = () => createElement('button', null, String(useHeadwater().getData().clickId));
      console.log(renderToString(createElement(HeadwaterProvider, { apiBase: '/', programId: 1 }, createElement(Button))));`;
    expect(runText('ssr.mjs', text)).toBe('<button>null</button>');
  });

  it('is typed, for import and for require', () => {
    const text = `import { init, signup, type Answer } from '@headwater/sdk';
      import { HeadwaterProvider, useHeadwater } from '@headwater/sdk/react';
      import { Headwater, type SaleResult, UnavailableError } from '@headwater/sdk/server';
      init({ apiBase: '/', programId: 1, cookieless: true });
      export const answer: Promise<Answer> = signup('user_1', 'a@shop.example');
      export const provided = [HeadwaterProvider, useHeadwater];
      const headwater = new Headwater({ baseUrl: 'https://headwater.example', programToken: 'x' });
      export const sold: Promise<SaleResult> = headwater.trackSale({ transaction_id: 't', amount_cents: 1 });
      sold.then((sale) => (sale.duplicate ? null : sale.reason === 'no_touch'), (error) => error instanceof UnavailableError);
      // @ts-expect-error: an amount is a number
      headwater.trackSale({ transaction_id: 't', amount_cents: '1' });`;
    const names = ['typed.mts', 'typed.cts'];
    for (const name of names) writeFileSync(join(folder, name), text);
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    run(process.execPath, [tsc, ...options, ...names], folder);
  }, 120_000);

  it('is bundled by Vite, leaves out what is not used, and is small', async () => {
    writeFileSync(
      join(folder, 'page.js'),
      `import { init } from '@headwater/sdk'; init({ apiBase: '/', programId: 1 });`,
    );
    writeFileSync(
      join(folder, 'unused.js'),
      `import { signup } from '@headwater/sdk'; export const one = 1;`,
    );
    const bundle = async (name: string) => {
      const built = await build({
        root: folder,
        logLevel: 'error',
        configFile: false,
        build: { write: false, lib: { entry: join(folder, name), formats: ['es'], fileName: 'out' } },
      });
      const [first] = [built].flat() as unknown as { output: { code: string }[] }[];
      return first?.output.map(({ code }) => code).join('') ?? '';
    };
    expect((await bundle('unused.js')).length).toBeLessThan(100);
    expect(gzipSync(await bundle('page.js'), { level: 9 }).length).toBeLessThanOrEqual(3072);
    const entry = readFileSync(join(folder, 'node_modules/@headwater/sdk/dist/browser.js'));
    expect(gzipSync(entry, { level: 9 }).length).toBeLessThanOrEqual(3072);
  }, 60_000);
});

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// What goes to npm, whichever packages that are. What is in a package works is tested beside it.

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const run = (command: string, args: string[]) =>
  execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64e6,
  });

const published = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, 'packages', entry.name, 'package.json')))
  .map(({ name }) => ({ folder: `packages/${name}`, own: JSON.parse(read(`packages/${name}/package.json`)) }))
  .filter(({ own }) => own.private !== true);

describe.each(published)('$own.name, to be published', ({ folder, own }) => {
  it('says whose it is, where it comes from and what it runs on', () => {
    expect(own).toMatchObject({
      license: 'Apache-2.0',
      description: expect.stringMatching(/./),
      engines: { node: '>=20.19' },
      repository: { type: 'git', url: expect.stringMatching(/^git\+https:/), directory: folder },
      publishConfig: { access: 'public', provenance: true },
    });
    // Provenance is refused when a package names another repository than the one that builds it.
    expect(new Set(published.map((one) => one.own.repository?.url)).size).toBe(1);
  });

  it('packs what it lists, its licence and its page, and no sources, tests or settings', () => {
    const [{ files }] = JSON.parse(
      run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--workspace', own.name]),
    );
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(own.files.length).toBeGreaterThan(0);
    const stray = paths.filter(
      (path) =>
        /(^|\/)(src|test|node_modules)\/|\.test\.|\.env|tsbuildinfo|\.tsx?$/.test(path) &&
        !/\.d\.[cm]?ts$/.test(path),
    );
    expect(stray).toEqual([]);
    // What another package of ours would bring is part of the bundle: a tarball depends on nothing that is not published.
    const names = new Set(published.map((one) => one.own.name));
    const ours = Object.keys(own.dependencies ?? {}).filter(
      (name) => name.startsWith('@headwater/') && !names.has(name),
    );
    expect(ours).toEqual([]);
  });

  it('is named by a change that waits, or was released', () => {
    const waits = readdirSync(join(root, '.changeset')).some(
      (file) => file.endsWith('.md') && read(`.changeset/${file}`).includes(`"${own.name}"`),
    );
    expect(waits || existsSync(join(root, folder, 'CHANGELOG.md'))).toBe(true);
  });
});

describe('what stands on others', () => {
  it('has permissive licences only, and the list of them is of today', () => {
    expect(() => run('node', ['scripts/licences.mjs', '--check'])).not.toThrow();
  });

  it('has a bill of materials, from the lock file alone', () => {
    const sbom = JSON.parse(run('npm', ['run', '--silent', 'sbom']));
    expect(sbom.bomFormat).toBe('CycloneDX');
    const names = sbom.components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['fastify', 'pg', 'chdb']));
  });

  it('lets any Node.js from 20.19 install it', () => {
    const lock = JSON.parse(read('package-lock.json')).packages as Record<
      string,
      { engines?: { node?: string } }
    >;
    for (const path of Object.keys(lock).filter((name) => !name.includes('node_modules')))
      expect(['>=20.19', undefined], path).toContain(lock[path]?.engines?.node);
  });
});

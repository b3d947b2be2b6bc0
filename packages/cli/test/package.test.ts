import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// As a stranger gets it: the tarball, installed in a folder of theirs, beside nothing else and without a network.

const own = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'headwater-package-'));
const env = { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' };
let packed: string[];

beforeAll(() => {
  // What is built was built for all tests.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [told] = JSON.parse(execFileSync('npm', args, { cwd: own, encoding: 'utf8', stdio: 'pipe' }));
  packed = told.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{"name":"shop","private":true}');
  const install = ['install', '--offline', '--no-audit', '--no-fund', join(folder, told.filename)];
  execFileSync('npm', install, { cwd: folder, env, stdio: 'pipe' });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bin = join(folder, 'node_modules/.bin/headwater');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('the package', () => {
  it('holds the command, and nothing that only the repository needs', () => {
    expect(packed.sort()).toEqual([
      ...['LICENSE', 'README.md', 'bin/headwater.mjs', 'dist/THIRD-PARTY-LICENSES.txt', 'dist/main.js'],
      'package.json',
    ]);
    const { private: isPrivate, dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
    expect([isPrivate, dependencies]).toEqual([undefined, undefined]);
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@headwater',
    ]);
    const notices = readFileSync(join(own, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'csv-parse', 'yauzl', 'picocolors', '@clack/prompts'])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
  });

  it('runs by npx', () => {
    const version = execFileSync('npx', ['--no-install', 'headwater', '--version'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(version).toBe(`${JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version}\n`);
    expect(run('verify')).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining('set HEADWATER_KEY'),
    });
  });

  it.each(['serve', 'demo'])('headwater %s: says that the server is not here, and where it is', (command) => {
    const told = run(command);
    expect([told.code, told.out]).toEqual([1, '']);
    expect(told.err).toContain(`headwater ${command} needs the server, which is not part of this package.`);
    expect(told.err).toContain(command === 'serve' ? 'npm ci && npm start' : 'npm ci && npm run demo');
    expect(told.err).not.toContain('    at ');
    expect(JSON.parse(run(command, '--json').out)).toMatchObject({ code: 'no_server_here' });
  });
});

describe('headwater serve, in the repository', () => {
  const root = join(folder, 'repository');
  beforeAll(() => {
    // Shaped as the repository is, with a server that says what was asked of it.
    for (const name of ['bin', 'dist', 'package.json'])
      cpSync(join(own, name), join(root, 'packages/cli', name), { recursive: true });
    mkdirSync(join(root, 'scripts'));
    writeFileSync(join(root, 'package.json'), '{"name":"headwater","type":"module"}');
    const server = `process.on('SIGTERM', () => process.exit(Number(process.env.CODE)));
      console.log('  Starting …\\nHeadwater is ready at http://localhost:1234'); setInterval(() => {}, 1000);`;
    writeFileSync(join(root, 'scripts/start.mjs'), server);
  });

  async function serve(args: string[], code: string) {
    const child = spawn(process.execPath, [join(root, 'packages/cli/bin/headwater.mjs'), 'serve', ...args], {
      env: { ...env, CODE: code },
    });
    let [out, err] = ['', ''];
    child.stderr.on('data', (data) => (err += data));
    child.stdout.on('data', (data) => {
      out += data;
      if (out.includes('1234')) child.kill('SIGTERM');
    });
    return { code: await new Promise((resolve) => child.once('close', resolve)), out, err };
  }

  it('is npm start: hands on what it says, the signal, and how it ended', async () => {
    const said = '  Starting …\nHeadwater is ready at http://localhost:1234\n';
    expect(await serve([], '0')).toEqual({ code: 0, out: said, err: '' });
    expect((await serve([], '3')).code).toBe(1);
  });

  it('--json: says where it is, and the rest on the other stream', async () => {
    const { code, out, err } = await serve(['--json'], '0');
    expect([code, JSON.parse(out), err]).toEqual([0, { url: 'http://localhost:1234' }, '  Starting …\n']);
  });
});

describe('headwater completion', () => {
  /** What a real bash offers after these words; the last is what was typed of it. */
  function offered(...words: string[]): string[] {
    const script = `source <(headwater completion bash)
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headwater; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const path = `${dirname(bin)}:${env.PATH}`;
    const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'headwater', ...words], {
      env: { ...env, PATH: path },
      encoding: 'utf8',
    });
    return out.split('\n').filter((word) => word !== '');
  }

  it('bash: commands, those below, options, and what they take', () => {
    expect(offered('st')).toEqual(['status', 'stripe']);
    expect(offered('stripe', '')).toEqual(['status', 'events', 'replay', 'reconcile', '--help']);
    expect(offered('stripe', 'events', '--s')).toEqual(['--state']);
    expect(offered('export', 'pay')).toEqual(['payments']);
    expect(offered('export', 'payments', '--format', '')).toEqual(['csv', 'ndjson']);
    expect(offered('export', 'payments', '--from', '')).toEqual([]);
    expect(offered('partners', 'create', '--program', '1', '--na')).toEqual(['--name']);
  });

  it('every shell gets every command, and bash can read its own', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = run('completion', shell);
      expect(code).toBe(0);
      for (const word of ['init', 'reconcile']) expect(out, shell).toContain(word);
    }
    const { status } = spawnSync('bash', ['-n'], { input: run('completion', 'bash').out });
    expect(status).toBe(0);
    expect(run('completion', 'powershell').code).toBe(2);
  });
});

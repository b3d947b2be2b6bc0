import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letTerminalIn } from './let-terminal-in.ts';
import { type Ended, type RunOptions, runCommand } from './run-command.ts';
import { openTestServer, type TestServer } from './test-server.ts';

// A person in a folder of their own: what `headwater init` leaves there, and what other commands find in it.

let server: TestServer;
let url = 'http://127.0.0.1';
let folder: string;

beforeAll(async () => {
  server = await openTestServer({ publicUrl: () => url });
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.app.server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'headwater-folder-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Without a key or an address: what the folder says must do. */
const run = (args: readonly string[], options: RunOptions = {}) =>
  runCommand(args, { cwd: folder, ...options });
const withKey = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  run(args, { ...options, env: { HEADWATER_URL: url, HEADWATER_KEY: server.key, ...options.env } });
const read = (name: string) => readFile(join(folder, name), 'utf8');

describe('headwater init', () => {
  it('makes a program and a website, and writes down what is secret apart from what is not', async () => {
    execFileSync('git', ['init', '-q'], { cwd: folder });
    await writeFile(join(folder, '.env'), 'SMTP_PASSWORD=secret # ours');
    await writeFile(join(folder, '.gitignore'), 'node_modules\n');
    await writeFile(
      join(folder, 'package.json'),
      '{"name":"@acme/web-shop","homepage":"https://acme.example/"}',
    );
    const made = await withKey(['init', '--website', '--rate', '12.5', '--no-interactive', '--json']);
    expect([made.code, made.err]).toEqual([0, '']);
    const told = JSON.parse(made.out);
    expect(told).toEqual({
      created: true,
      url,
      program: { id: 1, name: 'Web shop', domain: 'acme.example' },
      website_id: expect.stringMatching(/^web_/),
      files: [
        { path: '.headwater.json', did: 'written' },
        { path: '.env', did: 'extended' },
        { path: '.gitignore', did: 'extended' },
      ],
      warnings: [],
    });
    expect(JSON.parse(await read('.headwater.json'))).toEqual({
      url,
      program_id: 1,
      website_id: told.website_id,
    });
    expect(await read('.gitignore')).toBe('node_modules\n.env\n');
    const env = await read('.env');
    expect(env).toMatch(
      new RegExp(
        `^SMTP_PASSWORD=secret # ours\nHEADWATER_URL=${url}\nHEADWATER_TOKEN=aff_[\\w-]+\nHEADWATER_WEBSITE_TOKEN=tf_[\\w-]+\n$`,
      ),
    );
    expect(made.out).not.toContain('aff_');
    const program = (await server.get('/api/v1/programs/1', server.key)).body.data;
    expect(program).toMatchObject({ name: 'Web shop', website_id: told.website_id });
    const [policy] = (await server.get(`/api/v1/groups/${program.default_group_id}/policies`, server.key))
      .body.data;
    expect(policy).toMatchObject({ type: 'cps_recurring', rate_bps: 1250, duration_months: 12 });
  });

  it('again: says what is there, makes and changes nothing', async () => {
    const before = [await read('.env'), await read('.headwater.json'), await read('.gitignore')];
    const again = await run(['init']);
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.out).toContain(`✓ This folder is about program 1, Web shop (acme.example), at ${url}`);
    expect(again.out).toContain('Nothing was made');
    expect(JSON.parse((await run(['init', '--website', '--json'])).out)).toMatchObject({ created: false });
    expect([await read('.env'), await read('.headwater.json'), await read('.gitignore')]).toEqual(before);
    expect((await server.get('/api/v1/programs', server.key)).body.data).toHaveLength(1);
    expect((await server.get('/api/v1/websites', server.key)).body.data).toHaveLength(1);
    const other = await run(['init', '--program', '2']);
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('This folder is about program 1')]);
  });

  it('other commands find the server, the program and the token, also in a folder below', async () => {
    const below = await mkdtemp(join(folder, 'src-'));
    const status = await run(['status', '--json'], { cwd: below });
    expect([status.code, JSON.parse(status.out).program.program_id]).toEqual([0, 1]);
    expect((await run(['test', 'chain'], { cwd: below })).code).toBe(0);
  });

  it('a key of the environment goes nowhere that only the folder names', async () => {
    const foreign = await mkdtemp(join(tmpdir(), 'headwater-foreign-'));
    await writeFile(join(foreign, '.headwater.json'), '{"url":"https://elsewhere.example","program_id":1}');
    for (const [command, name] of [
      ['verify', 'HEADWATER_KEY'],
      ['status', 'HEADWATER_TOKEN'],
    ] as const) {
      const ended = await run([command], { cwd: foreign, env: { [name]: 'affk_mine' } });
      expect([ended.code, ended.err]).toEqual([
        2,
        expect.stringContaining('set HEADWATER_URL=https://elsewhere'),
      ]);
    }
    await mkdir(join(foreign, '.headwater'));
    await writeFile(join(foreign, '.headwater/management-key'), server.key);
    expect(await run(['verify'], { cwd: foreign })).toMatchObject({
      code: 4,
      err: expect.stringContaining('No management key'),
    });
    await rm(foreign, { recursive: true });
  });

  it('a clone without .env: asks for the token, or replaces it when it is told to', async () => {
    const env = await read('.env');
    await rm(join(folder, '.env'));
    const lost = await run(['init', '--json']);
    expect([lost.code, JSON.parse(lost.out).code]).toEqual([4, 'no_token']);
    const wrong = await run(['init'], { env: { HEADWATER_TOKEN: 'aff_wrong' } });
    expect(wrong.code).toBe(4);
    const replaced = await withKey(['init', '--new-token']);
    expect([replaced.code, replaced.err]).toEqual([0, '']);
    expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600);
    expect(await read('.env')).not.toContain(/HEADWATER_TOKEN=(\S+)/.exec(env)?.[1]);
    expect((await run(['status'])).code).toBe(0);
  });

  it('2 without a domain, 1 beside another program’s token, 4 for nobody', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'headwater-empty-'));
    const none = await withKey(['init'], { cwd: empty });
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('--domain')]);
    await writeFile(join(empty, '.env'), 'HEADWATER_TOKEN=aff_other\n');
    const there = await withKey(['init', '--domain', 'x.example'], { cwd: empty });
    expect([there.code, there.err]).toEqual([1, expect.stringContaining('has a HEADWATER_TOKEN already')]);
    const nobody = await run(['init', '--domain', 'x.example'], { cwd: empty, env: { HEADWATER_URL: url } });
    expect([nobody.code, nobody.err]).toEqual([4, expect.stringContaining('headwater login')]);
    expect((await server.get('/api/v1/programs', server.key)).body.data).toHaveLength(1);
    await rm(empty, { recursive: true });
  });

  it('with a login alone, by the routes of the command: a program, but no website', async () => {
    const home = await mkdtemp(join(tmpdir(), 'headwater-home-'));
    const env = { HEADWATER_URL: url, HOME: home };
    const asked = run(['login'], { env, cwd: home, onError: letTerminalIn(server, url) });
    expect((await asked).code).toBe(0);
    const site = await run(['init', '--domain', 'two.example', '--website'], { env, cwd: home });
    expect([site.code, site.err]).toEqual([4, expect.stringContaining('management key')]);
    const made = await run(['init', '--name', 'Two', '--domain', 'two.example', '--json'], {
      env,
      cwd: home,
    });
    expect(JSON.parse(made.out)).toMatchObject({ created: true, program: { name: 'Two' }, website_id: null });
    expect(await readFile(join(home, '.gitignore'), 'utf8')).toBe('.env\n');
    await rm(home, { recursive: true });
  });
});

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../apps/server/src/platform/index.ts';

// What these pages and deploy/ name is there. Their commands for backup and restore are run by apps/server/test/backup.test.ts.

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const operations = read('docs/operations.md');
const config = read('apps/server/src/platform/config.ts');
/** Every variable that the server reads. */
const settings = new Set(config.match(/\b(?:[A-Z]+_[A-Z_]+|PORT|HOST)\b/g));

const metricNames = async () => {
  const metrics = await createMetrics().registry.getMetricsAsJSON();
  return metrics.map(({ name }) => name).sort();
};

describe('docs/operations.md', () => {
  it('lists every metric that /metrics has, and no other', async () => {
    const section = operations.slice(operations.indexOf('## Metrics'), operations.indexOf('## Alerts'));
    const listed = [...section.matchAll(/`((?:headwater|nodejs|process)_\w+)(?:\{[\w,]+\})?`/g)];
    expect(listed.map((match) => match[1]).sort()).toEqual(await metricNames());
  });

  it('knows its alerts, and they ask for metrics and reasons that exist', async () => {
    const { groups } = parse(read('docs/operations/alerts.yml'));
    const rules = groups.flatMap((group: { rules: unknown[] }) => group.rules) as {
      alert: string;
      expr: string;
      annotations: { summary: string };
    }[];
    const section = operations.slice(operations.indexOf('## Alerts'));
    expect([...section.matchAll(/`(Headwater\w+)`/g)].map((match) => match[1]).sort()).toEqual(
      rules.map(({ alert }) => alert).sort(),
    );
    const names = new Set(await metricNames());
    for (const { expr, annotations } of rules) {
      const asked = expr.match(/\b(?:headwater|nodejs|process)_\w+/g) ?? [];
      expect(asked.length + Number(expr.startsWith('up{')), expr).toBeGreaterThan(0);
      for (const name of asked) expect(names, expr).toContain(name);
      expect(annotations.summary).not.toBe('');
    }
    const reasons = rules.flatMap(({ expr }) => /reason=~"([\w|]+)"/.exec(expr)?.[1]?.split('|') ?? []);
    for (const reason of reasons) expect(read('docs/errors.md')).toContain(`| \`${reason}\` |`);
  });

  it('names settings and files that exist', () => {
    for (const name of new Set(
      operations.match(/\b(?:HEADWATER_[A-Z_]+|DATABASE_URL|CLICKHOUSE_URL|SMTP_URL)\b/g),
    ))
      expect(settings, name).toContain(name);
    for (const [, path = ''] of operations.matchAll(/\]\((?!http)([^)#]+)\)/g))
      expect(existsSync(join(root, 'docs', path)), path).toBe(true);
    for (const name of new Set(operations.match(/deploy\/[\w.-]+\w/g)))
      expect(existsSync(join(root, name)), name).toBe(true);
    for (const [, script = ''] of operations.matchAll(/npm run (\w+)/g))
      expect(JSON.parse(read('package.json')).scripts).toHaveProperty(script);
  });
});

describe('the commands of docs/operations.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-operations-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * Runs the commands under a heading as they stand there. What needs root, a network or a running server is played by a program
   * that writes down how it was called; paths of the machine lie in our folder.
   */
  function runBlock(
    heading: string,
    played: readonly string[],
  ): { calls: string[]; status: number | null; err: string } {
    const block = /```sh\n(.*?)```/s.exec(
      operations.slice(operations.indexOf(`\n${heading}\n`)),
    )?.[1] as string;
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const name of played) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "$CALLS"\n`, { mode: 0o755 });
    }
    const calls = join(folder, `calls${heading.length}`);
    writeFileSync(calls, '');
    cpSync(join(root, 'deploy'), join(folder, 'opt/headwater/deploy'), { recursive: true });
    mkdirSync(join(folder, 'etc/systemd/system'), { recursive: true });
    const { status, stderr } = spawnSync(
      '/bin/sh',
      ['-eu', '-c', block.replaceAll(/(?<=\s)\/(etc|opt)\//g, `${folder}/$1/`)],
      {
        ...{ cwd: join(folder, 'opt/headwater'), encoding: 'utf8' as const },
        env: { PATH: `${bin}:${process.env.PATH}`, CALLS: calls },
      },
    );
    return { status, err: stderr, calls: readFileSync(calls, 'utf8').trim().split('\n') };
  }

  it('install the units, and start what they are', () => {
    const played = ['useradd', 'npm', 'install', 'systemctl', 'journalctl'];
    const { calls, status, err } = runBlock('## On a machine, with systemd', played);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const units = readdirSync(join(folder, 'etc/systemd/system'));
    expect(units.sort()).toEqual(['headwater-backup.service', 'headwater-backup.timer', 'headwater.service']);
    const enabled =
      calls
        .find((call) => call.startsWith('systemctl enable'))
        ?.split(' ')
        .slice(3) ?? [];
    expect(enabled.length).toBe(2);
    for (const unit of enabled) expect(units).toContain(unit);
    expect(calls.find((call) => call.startsWith('install'))).toContain(
      read('deploy/headwater.service').match(/EnvironmentFile=(.*)/)?.[1],
    );
  });

  it('make the secrets of the compose file, each its own, for nobody else to read', () => {
    const { calls, status, err } = runBlock('## In containers', ['docker']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(calls[0]).toBe('docker compose up --detach --build');
    const made = join(folder, 'opt/headwater/deploy/.env');
    expect(statSync(made).mode & 0o777).toBe(0o600);
    const values = [...readFileSync(made, 'utf8').matchAll(/^(\w+)=(.+)$/gm)].map((match) => match[2]);
    expect(new Set(values).size).toBe(4);
    // They stand in URLs as they are.
    for (const value of values.slice(0, 3)) expect(value).toMatch(/^[0-9a-f]{48,64}$/);
  });

  it('take a backup before an upgrade', () => {
    const { calls, status, err } = runBlock('## Upgrade', ['headwater', 'git', 'npm', 'systemctl']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(calls[0]).toMatch(/^headwater backup \S+ --verify$/);
    expect(calls.slice(-2)).toEqual(['systemctl restart headwater', 'headwater verify']);
  });
});

describe('docs/security.md', () => {
  it('names tests that exist', () => {
    const named = [...read('docs/security.md').matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(
      (match) => match[1] as string,
    );
    expect(named.length).toBeGreaterThan(15);
    for (const path of named) expect(existsSync(join(root, path)), path).toBe(true);
  });
});

describe('deploy/', () => {
  it('the example of settings has only such as the server reads', () => {
    const named = [...read('deploy/headwater.env').matchAll(/^#?([A-Z_]+)=/gm)].map(
      (match) => match[1] as string,
    );
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(settings).toContain(name);
  });

  it('units are what systemd reads, and start what is built', () => {
    const units = readdirSync(join(root, 'deploy')).filter((name) => /\.(service|timer)$/.test(name));
    expect(units.length).toBe(3);
    for (const unit of units) {
      for (const path of read(`deploy/${unit}`).match(/(?:apps|packages)\/[\w/.-]+/g) ?? [])
        expect(existsSync(join(root, path)), path).toBe(true);
    }
    const verified = spawnSync(
      'systemd-analyze',
      ['verify', ...units.map((unit) => join(root, 'deploy', unit))],
      {
        encoding: 'utf8',
      },
    );
    if (verified.error !== undefined) return;
    // Where node or the folder of the installation is not on this machine, it says so of them alone.
    const complaints = verified.stderr
      .split('\n')
      .filter((line) => line !== '' && !/is not executable|\/opt\/headwater/.test(line));
    expect(complaints).toEqual([]);
  });

  it('the compose file hands settings that the server reads, and asks for secrets', () => {
    const text = read('deploy/compose.yaml');
    const { services, volumes } = parse(text);
    for (const name of Object.keys(services.headwater.environment)) expect(settings).toContain(name);
    expect(services.headwater.environment.DATABASE_URL).toContain('@postgres/');
    expect(services.headwater.environment.CLICKHOUSE_URL).toContain('@clickhouse:8123/');
    expect(Object.keys(services.headwater.depends_on)).toEqual(
      Object.keys(services).filter((name) => name !== 'headwater'),
    );
    const used = Object.values(services as Record<string, { volumes: string[] }>).flatMap((service) =>
      service.volumes.map((volume) => volume.split(':')[0]),
    );
    expect(used.sort()).toEqual(Object.keys(volumes).sort());
    const block = operations.slice(operations.indexOf('cat > .env'), operations.indexOf('docker compose up'));
    for (const [, name = ''] of text.matchAll(/\$\{(\w+):\?\}/g)) expect(block).toContain(`${name}=`);
    expect(
      existsSync(join(root, 'deploy', services.headwater.build.context, services.headwater.build.dockerfile)),
    ).toBe(true);
  });

  it('the image runs as an ordinary user what its own commands built, and asks /readyz', () => {
    const dockerfile = read('deploy/Dockerfile');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('/readyz');
    for (const path of dockerfile.match(/(?:apps|packages)\/[\w/.-]+/g) ?? [])
      expect(existsSync(join(root, path)), path).toBe(true);
    const node = Number(/^FROM node:(\d+)/m.exec(dockerfile)?.[1]);
    expect(node).toBeGreaterThanOrEqual(
      Number(/\d+/.exec(JSON.parse(read('package.json')).engines.node)?.[0]),
    );
  });
});

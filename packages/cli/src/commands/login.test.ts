import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { getLogin } from '../login-store.ts';
import { loginCommand } from './login.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('signs in on a machine whose clock is wrong: the server says when it is over', async () => {
  const started = {
    ...{ state: 's', auth_url: 'http://x.example/cli-login/1', poll_url: '', code: 'BCDF-GHJK' },
    expires_at: '2001-01-01T00:00:00.000Z',
  };
  const done = { status: 'complete', token: 'hwl_x', email: 'olga@acme.example', advertiser_id: 1 };
  const server = createServer((request, response) => {
    const data = request.method === 'POST' ? started : done;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('HEADWATER_URL', url);
  vi.stubEnv('XDG_CONFIG_HOME', mkdtempSync(join(tmpdir(), 'login-')));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await loginCommand().parseAsync([], { from: 'user' });
  } finally {
    server.close();
  }
  expect(getLogin(url).token).toBe('hwl_x');
});

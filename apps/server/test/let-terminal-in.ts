import { openFirstOwnerLink } from '../src/people/index.ts';
import type { TestServer } from './test-server.ts';

/** Becomes the owner, and approves the login that a terminal asks for: handed what it wrote to standard error so far. */
export function letTerminalIn(server: TestServer, origin: string): (text: string) => void {
  let isDone = false;
  return (text) => {
    const page = /\/cli-login\/(\S+)/.exec(text)?.[1];
    if (page === undefined || isDone) return;
    isDone = true;
    void approve(server, origin, page);
  };
}

async function approve(server: TestServer, origin: string, page: string): Promise<void> {
  const call = (path: string, body: unknown, cookie = '') =>
    server.call('POST', path, body, { headers: { host: new URL(origin).host, origin, cookie } });
  const link = await openFirstOwnerLink(server.server.people);
  const token = new URL(link as string).hash.slice(1);
  const owner = { token, name: 'Olga', email: 'olga@acme.example', password: 'correct horse battery' };
  const { headers } = await call('/api/auth/first-owner', owner);
  const cookie = ([headers['set-cookie']].flat() as string[]).map((one) => one.split(';')[0]).join('; ');
  await call(`/api/auth/cli-logins/${page}`, { approve: true }, cookie);
}

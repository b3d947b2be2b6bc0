import { createHmac, hkdfSync } from 'node:crypto';
import { newId, type Postgres } from '../src/platform/index.ts';
import { type Reply, type TestServer, testSecret } from './test-server.ts';

const host = 'headwater.example';

/** A browser on a page of the server's own: it keeps cookies and says where it is. */
export interface Page {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown): Promise<Reply>;
}

export function openPage(server: TestServer, first = ''): Page {
  const cookies = new Map<string, string>();
  if (first !== '') cookies.set(first.slice(0, first.indexOf('=')), first.slice(first.indexOf('=') + 1));
  const page: Page = {
    async call(method, path, body, headers = {}) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const sent = { host, origin: `https://${host}`, ...(cookie === '' ? {} : { cookie }), ...headers };
      const reply = await server.call(method, path, body, { headers: sent });
      for (const set of [reply.headers['set-cookie'] ?? []].flat() as string[]) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (/max-age=0/i.test(set) || value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return reply;
    },
    get: (path) => page.call('GET', path),
    post: (path, body = {}) => page.call('POST', path, body),
  };
  return page;
}

/** The headers of a request from a page of ours, in a session. */
export function fromOurPage(cookie: string): Record<string, string> {
  return { host, origin: `https://${host}`, cookie };
}

/**
 * A session of a new person who is a partner, or of one who is nothing at all: its cookie. Written past the rooms, since
 * hashing a password takes longer than everything else of a test.
 */
export async function openSession(
  postgres: Postgres,
  person: { mark: string; partner?: { workspaceId: number; partnerId: number } },
): Promise<string> {
  const id = newId('person');
  const token = newId('session');
  await postgres.query(
    `insert into people (id, name, email, email_verified, two_factor_enabled, created_at, updated_at)
     values ($1, $2, $3, true, false, now(), now())`,
    [id, `${person.mark} person`, `${id.toLowerCase()}@${person.mark}.example`],
  );
  await postgres.query(
    `insert into sign_in_sessions (id, person_id, token, expires_at, created_at, updated_at)
     values ($1, $2, $3, now() + interval '1 day', now(), now())`,
    [newId('s'), id, token],
  );
  if (person.partner !== undefined)
    await postgres.query(
      'insert into partner_people (workspace_id, person_id, partner_id, joined_at) values ($1, $2, $3, now())',
      [person.partner.workspaceId, id, person.partner.partnerId],
    );
  const key = Buffer.from(hkdfSync('sha256', testSecret, '', 'headwater sign-in', 32)).toString('base64');
  const signature = createHmac('sha256', key).update(token).digest('base64');
  return `__Secure-headwater.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId, packageRoot } from '../platform/index.ts';

interface StaticFile {
  plain: Buffer;
  br: Buffer | undefined;
  gzip: Buffer | undefined;
  type: string;
}

/** The built dashboard, in memory: half a megabyte, and no request waits for a disk. */
export interface Dashboard {
  page: string;
  /** By path: `/assets/…`, whose names change with their content, and `/icon.svg`. */
  files: ReadonlyMap<string, StaticFile>;
  /** Paths that are pages of it. */
  paths: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Undefined: it was not built, as when only a part of the server is under test. */
export async function readDashboard(): Promise<Dashboard | undefined> {
  const dist = join(packageRoot(), '../dashboard/dist');
  if (!existsSync(join(dist, 'index.html'))) return undefined;
  const files = new Map<string, StaticFile>();
  const found = await readdir(dist, { recursive: true, withFileTypes: true });
  for (const one of found) {
    const type = types[extname(one.name)];
    if (!one.isFile() || type === undefined) continue;
    const path = join(one.parentPath, one.name);
    const compressed = async (suffix: string) =>
      existsSync(path + suffix) ? readFile(path + suffix) : undefined;
    files.set(path.slice(dist.length).replaceAll('\\', '/'), {
      plain: await readFile(path),
      br: await compressed('.br'),
      gzip: await compressed('.gz'),
      type,
    });
  }
  return {
    page: await readFile(join(dist, 'index.html'), 'utf8'),
    files,
    paths: JSON.parse(await readFile(join(dist, 'pages.json'), 'utf8')) as string[],
  };
}

/** Serves the pages, each the same document, and its files. */
export function installDashboard(app: FastifyInstance, dashboard: Dashboard): void {
  for (const path of dashboard.paths) app.get(path, (_request, reply) => sendPage(reply, dashboard.page));
  for (const [path, file] of dashboard.files)
    app.get(path, (request, reply) => sendFile(request, reply, path, file));
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  // A dialog that holds the page still adds a style element of its own: by this number it is known as ours.
  const nonce = newId('n').slice(2);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
    .send(page.replace('<head>', `<head><meta name="style-nonce" content="${nonce}" />`));
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  file: StaticFile,
): FastifyReply {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const isHashed = path.startsWith('/assets/');
  reply.headers({
    'content-type': file.type,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
  });
  if (file.br !== undefined && /\bbr\b/.test(accepted))
    return reply.header('content-encoding', 'br').send(file.br);
  if (file.gzip !== undefined && /\bgzip\b/.test(accepted))
    return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.plain);
}

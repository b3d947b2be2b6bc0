import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError, packageRoot } from '../../platform/index.ts';
import { addressOf, contentsPage, guidePage } from './page.ts';
import { renderMarkdown } from './render-markdown.ts';
import { guideStyle } from './style.ts';
import { type GuidePage, tableOfContents } from './table-of-contents.ts';

const pages = tableOfContents.flatMap((part) => part.pages);
const pictures = 'docs/pictures/';

/** Nothing but our own styles and pictures: the pages are text, and nothing in them runs. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Documents of the repository as pages, at `/docs/guides`. Each is rendered when it is first asked for. */
export async function installGuides(app: FastifyInstance): Promise<void> {
  const root = join(packageRoot(), '../..');
  // A server that was installed without its documents has the reference only.
  if (!existsSync(join(root, 'docs/quickstart.md'))) return;
  const read = (page: GuidePage) => readFile(join(root, page.file), 'utf8');
  const rendered = new Map<GuidePage, string>();

  for (const address of ['/docs/guides', '/docs/guides/'])
    app.get(address, (_request, reply) => send(reply, contentsPage()));
  app.get('/docs/guides/style.css', (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' })
      .send(guideStyle),
  );
  for (const page of pages)
    app.get(addressOf(page), async (_request, reply) => {
      const html =
        rendered.get(page) ?? guidePage(page, renderMarkdown(await read(page), page.file, findAddress));
      rendered.set(page, html);
      return send(reply, html);
    });

  const names = new Set(await readdir(join(root, pictures)));
  app.get('/docs/guides/pictures/:name', async (request, reply) => {
    const { name } = request.params as { name: string };
    // Of the folder's own files only.
    if (!names.has(name)) throw new AppError('not_found');
    reply.headers({ 'content-type': 'image/png', 'cache-control': 'public, max-age=3600' });
    return reply.send(await readFile(join(root, pictures, name)));
  });
}

/** Where a file of the repository is shown. */
function findAddress(file: string): string | undefined {
  if (file.startsWith(pictures)) return `/docs/guides/pictures/${file.slice(pictures.length)}`;
  const page = pages.find(
    (one) => one.file === file || `${one.file.replace(/README\.md$/, '')}` === `${file}/`,
  );
  return page && addressOf(page);
}

function send(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
    .send(html);
}

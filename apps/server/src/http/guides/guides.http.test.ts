import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../../test/set-up-server.ts';
import { packageRoot } from '../../platform/index.ts';
import { renderMarkdown, slugOf } from './render-markdown.ts';
import { tableOfContents } from './table-of-contents.ts';

let server: SetUpServer;
beforeAll(async () => {
  server = await openSetUpServer();
});
afterAll(() => server.close());

const listed = tableOfContents.flatMap(({ pages }) => pages);
const addresses = ['/docs/guides', '/docs/guides/', ...listed.map(({ slug }) => `/docs/guides/${slug}`)];
const get = (url: string) => server.app.inject({ method: 'GET', url });

it('shows every document there is', async () => {
  const root = join(packageRoot(), '../..');
  const names = async (folder: string) =>
    (await readdir(join(root, folder)))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  const files = listed.map(({ file }) => file);
  for (const file of [...(await names('docs')), ...(await names('docs/guides'))])
    expect(files, 'the table of contents').toContain(file);
});

it('pages that run nothing, ask nobody else, and lead to each other', async () => {
  const found = new Map<string, string>();
  for (const address of addresses) {
    const page = await get(address);
    expect(page.statusCode, address).toBe(200);
    expect(page.headers['content-security-policy'], address).toMatch(
      /^default-src 'none'; style-src 'self'; img-src 'self'/,
    );
    expect(page.body, address).not.toMatch(/<script|<style|style="|\son\w+="/i);
    expect(page.body, address).not.toMatch(/(src|rel="stylesheet" href)="https?:/);
    expect(page.body, `${address} leads to the reference`).toContain('href="/docs"');
    found.set(address, page.body);
  }
  for (const [address, html] of found)
    for (const [, href = ''] of html.matchAll(/(?:href|src)="(\/docs\/guides[^"]*|#[^"]*)"/g)) {
      const [path, id] = href.split('#');
      const target = found.get(path || address) ?? (await get(path ?? '')).body;
      if (!found.has(path || address))
        expect((await get(path ?? '')).statusCode, `${href} in ${address}`).toBe(200);
      if (id) expect(target, `${href} in ${address}`).toContain(`id="${id}"`);
    }
});

it('the reference leads to the guides', async () => {
  const { info, externalDocs } = (await get('/openapi.json')).json();
  expect(externalDocs.url).toBe('/docs/guides');
  expect(info.description).toContain('(/docs/guides)');
  expect((await get('/docs/')).statusCode).toBe(200);
});

it('404 for a page that is not, and for files that are no pictures of ours', async () => {
  for (const path of [
    'nothing',
    'pictures/nothing.png',
    'pictures/..%2Fbilling.md',
    'pictures/%2e%2e%2f%2e%2e%2fpackage.json',
  ])
    expect((await get(`/docs/guides/${path}`)).statusCode, path).toBe(404);
  const picture = await get('/docs/guides/pictures/overview.png');
  expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/png']);
});

it('renders headings with the ids that links on GitHub use, and text as text', () => {
  const text =
    '# It’s `<a>` & more\n\n## Who? & why\n\n[x](../b.md#who--why) [y](c.md) ![p](p.png)\n\n```js not-run="z"\n<i>\n```';
  const { title, html, sections } = renderMarkdown(text, 'docs/guides/a.md', (file) =>
    file === 'docs/b.md' ? '/b' : undefined,
  );
  expect(title).toBe('It’s <a> & more');
  expect(sections).toEqual([{ id: 'who--why', title: 'Who? & why' }]);
  expect(html).toContain('<p><a href="/b#who--why">x</a> y </p>');
  expect(html).toContain('<pre tabindex="0" data-language="js"><code>&lt;i&gt;</code></pre>');
  expect(slugOf('A one-time Stripe payment is not attributed')).toBe(
    'a-one-time-stripe-payment-is-not-attributed',
  );
});

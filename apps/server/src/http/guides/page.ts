import { escapeHtml, type Rendered } from './render-markdown.ts';
import { type GuidePage, tableOfContents } from './table-of-contents.ts';

export const addressOf = ({ slug }: GuidePage) => `/docs/guides/${slug}`;

/** The page around a document: the ways to the others, and nothing that runs. */
export function guidePage(page: GuidePage, { title, html, sections }: Rendered): string {
  const pages = tableOfContents.flatMap((part) => part.pages);
  const at = pages.indexOf(page);
  return shell({
    title,
    current: page,
    main: `<article>${html}</article>${turn(pages[at - 1], pages[at + 1])}`,
    aside: sections.length < 3 ? '' : onThisPage(sections),
  });
}

/** The first page: everything there is. */
export function contentsPage(): string {
  const parts = tableOfContents.map(
    ({ title, pages }) => `<h2>${escapeHtml(title)}</h2>
<ul class="cards">${pages
      .map(
        (page) =>
          `<li><a href="${addressOf(page)}"><b>${escapeHtml(page.name)}</b><span>${escapeHtml(page.about)}</span></a></li>`,
      )
      .join('\n')}</ul>`,
  );
  const intro = `<h1>Guides</h1>
<p>How to integrate, and what everything means. Every command and every piece of code in them is run by a test.
Each route, field and answer: <a href="/docs">API reference</a>.</p>`;
  return shell({
    title: 'Guides',
    current: undefined,
    main: `<article>${intro}${parts.join('\n')}</article>`,
    aside: '',
  });
}

interface Shell {
  title: string;
  current: GuidePage | undefined;
  main: string;
  aside: string;
}

function shell({ title, current, main, aside }: Shell): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Headwater</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/docs/guides/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header>
<a class="name" href="/docs/guides">Headwater</a>
<nav aria-label="Documents"><a href="/docs/guides"${current === undefined ? ' aria-current="page"' : ''}>Guides</a><a href="/docs">API reference</a><a href="/">Dashboard</a></nav>
</header>
<div class="columns">
<nav class="contents" aria-label="Guides">${contents(current)}</nav>
<details class="contents"><summary>All guides</summary>${contents(current)}</details>
<main id="main">${main}</main>
${aside}
</div>
</body>
</html>
`;
}

function contents(current: GuidePage | undefined): string {
  return tableOfContents
    .map(
      ({ title, pages }) =>
        `<h2>${escapeHtml(title)}</h2><ul>${pages
          .map((page) => {
            const here = page === current ? ' aria-current="page"' : '';
            return `<li><a href="${addressOf(page)}"${here}>${escapeHtml(page.name)}</a></li>`;
          })
          .join('')}</ul>`,
    )
    .join('');
}

function onThisPage(sections: Rendered['sections']): string {
  const items = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`);
  return `<nav class="sections" aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></nav>`;
}

function turn(previous: GuidePage | undefined, next: GuidePage | undefined): string {
  const link = (page: GuidePage | undefined, side: string, sign: (name: string) => string) =>
    page === undefined
      ? ''
      : `<a class="${side}" href="${addressOf(page)}">${sign(escapeHtml(page.name))}</a>`;
  const both = `${link(previous, 'previous', (name) => `← ${name}`)}${link(next, 'next', (name) => `${name} →`)}`;
  return `<nav class="turn" aria-label="Neighbours">${both}</nav>`;
}

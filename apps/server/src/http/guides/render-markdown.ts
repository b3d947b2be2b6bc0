import { posix } from 'node:path';
import { Marked, type Tokens } from 'marked';

/** Where a file of the repository is shown, and with what address; undefined: it is not. */
export type FindAddress = (file: string) => string | undefined;

export interface Rendered {
  /** Of the first heading. */
  title: string;
  html: string;
  /** Second headings, for the way around a long page. */
  sections: { id: string; title: string }[];
}

/** Renders a document of ours. Links between files become links between pages; to what is not shown, mere words. */
export function renderMarkdown(markdown: string, file: string, findAddress: FindAddress): Rendered {
  const sections: Rendered['sections'] = [];
  let title = file;
  const ids = new Map<string, number>();

  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const inner = this.parser.parseInline(tokens);
        const words = textOf(inner);
        const slug = slugOf(words);
        const used = ids.get(slug) ?? 0;
        ids.set(slug, used + 1);
        const id = used === 0 ? slug : `${slug}-${used}`;
        if (depth === 1) title = words;
        if (depth === 2) sections.push({ id, title: words });
        return `<h${depth} id="${id}">${inner}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const inner = this.parser.parseInline(tokens);
        const address = resolve(href, file, findAddress);
        return address === undefined ? inner : `<a href="${escapeHtml(address)}">${inner}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        const address = resolve(href, file, findAddress);
        if (address === undefined) return '';
        return `<img src="${escapeHtml(address)}" alt="${escapeHtml(text)}" loading="lazy">`;
      },
      code({ text, lang }: Tokens.Code) {
        const language = lang?.split(' ')[0] ?? '';
        const name = language === '' ? '' : ` data-language="${escapeHtml(language)}"`;
        // A wide one is scrolled, by keyboard too.
        return `<pre tabindex="0"${name}><code>${escapeHtml(text)}</code></pre>\n`;
      },
    },
  });
  const html = (marked.parse(markdown, { async: false }) as string)
    .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
  return { title, html, sections };
}

function resolve(href: string, file: string, findAddress: FindAddress): string | undefined {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [path = '', hash] = href.split('#');
  const address = findAddress(posix.join(posix.dirname(file), path));
  return address === undefined || hash === undefined ? address : `${address}#${hash}`;
}

/** As GitHub makes them, so that a link to a heading works in both places. */
export function slugOf(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function textOf(html: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

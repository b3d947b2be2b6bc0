/** What a campaign calls itself in a link's destination. */
export const utmFields = ['source', 'medium', 'campaign', 'term', 'content'] as const;
export type Utm = Partial<Record<(typeof utmFields)[number], string>>;

/** A destination taken apart: the page, and the campaign's names in it. Text that is no address stays as it is. */
export function takeApart(destination: string): { page: string; utm: Utm } {
  if (!URL.canParse(destination)) return { page: destination, utm: {} };
  const url = new URL(destination);
  const utm: Utm = {};
  for (const field of utmFields) utm[field] = url.searchParams.get(`utm_${field}`) ?? '';
  return { page: withoutUtm(url).href, utm };
}

/** The other way: other parameters of the page stay letter by letter, since some shops are particular about them. */
export function putTogether(page: string, utm: Utm): string {
  if (!URL.canParse(page)) return page;
  const url = withoutUtm(new URL(page));
  const ours = utmFields.flatMap((field) => {
    const value = utm[field]?.trim();
    return value ? [`utm_${field}=${encodeURIComponent(value)}`] : [];
  });
  url.search = [url.search.slice(1), ...ours].filter((part) => part !== '').join('&');
  return url.href;
}

function withoutUtm(url: URL): URL {
  const others = url.search
    .slice(1)
    .split('&')
    .filter((pair) => !utmFields.some((field) => pair.startsWith(`utm_${field}=`)));
  url.search = others.join('&');
  return url;
}

/** What a partner shares, before the server has made it. */
export function sharedLink(destination: string, code: string): string | undefined {
  if (!/^https?:\/\/[^/]+/i.test(destination) || !URL.canParse(destination)) return undefined;
  const url = new URL(destination);
  url.search = [url.search.slice(1), `aff=${code || '…'}`].filter((part) => part !== '').join('&');
  return url.href.replaceAll('%E2%80%A6', '…');
}

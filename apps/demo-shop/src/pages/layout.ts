import type { Account } from '../accounts.ts';
import { listEntrances } from '../entrances.ts';
import type { Credentials } from '../headwater.ts';
import { type Html, html, scriptJson } from '../html.ts';

export interface Page {
  title: string;
  main: Html;
  account: Account | undefined;
  /** Just signed up: the browser tells Headwater too. */
  signedUp?: Account | undefined;
}

/** The frame around every page: the tracker, the way around, and the ways back in as somebody else. */
export function layout(
  credentials: Pick<Credentials, 'headwaterUrl' | 'programId' | 'websiteId' | 'partners'>,
  page: Page,
): string {
  const { headwaterUrl, programId, websiteId, partners } = credentials;
  const { title, main, account, signedUp } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Ridgeline</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop.css">
<script async src="${headwaterUrl}/js/headwater.js" data-program-id="${programId}" data-website-id="${websiteId}"></script>
${signedUp === undefined ? null : tellFromBrowser(signedUp)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <a class="brand" href="/">${mark} Ridgeline</a>
  <nav aria-label="Main">
    <a href="/#plans">Plans</a>
    ${account === undefined ? html`<a href="/signup">Sign up</a>` : html`<span class="who">${account.name}</span>`}
  </nav>
</header>
<main id="main">
${main}
</main>
${ending(partners)}
</body>
</html>
`.markup;
}

/** Queued, since the tracker may not be there yet: who this visitor is, and that they signed up. */
function tellFromBrowser({ key, email }: Account): Html {
  return html`<script>
window.headwaterQueue = window.headwaterQueue || [];
headwaterQueue.push(['identify', ${scriptJson(key)}, ${scriptJson(email)}], ['signup', ${scriptJson(key)}, ${scriptJson(email)}]);
</script>`;
}

const mark = html`<svg aria-hidden="true" viewBox="0 0 32 20" width="32" height="20"><path d="M1 19 11 4l6 9 4-5 10 11" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/></svg>`;

const ending = (partners: Credentials['partners']) => html`<footer class="ending">
  <p>A demo: nothing is sold, cards are not kept, and Ridgeline does not exist. Its visitors are traced by Headwater.</p>
  <nav aria-label="As a new visitor">
    <span>Come in again as a new visitor, by</span>
    ${listEntrances(partners).map(({ name, label }) => html`<a rel="noreferrer" href="/fresh/${name}">${label}</a>`)}
  </nav>
</footer>`;

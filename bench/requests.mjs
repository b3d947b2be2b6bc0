// Requests as browsers send them: many visitors from many places, by different ways, on different pages.
import { mark } from './load.mjs';

const site = 'https://www.northwind-outdoor.example';
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1',
];
const referrers = [
  '',
  'https://www.google.com/',
  'https://www.bing.com/search?q=hiking+boots',
  'https://www.reddit.com/r/hiking/comments/1abcd2/best_boots/',
  'https://l.facebook.com/',
  'https://t.co/Ab3dEf9',
  'https://trail-notes.example/2026/best-boots-of-the-year',
  'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
];
const campaigns = [
  '',
  '&utm_source=newsletter&utm_medium=email&utm_campaign=spring_sale',
  '&utm_source=google&utm_medium=cpc&utm_campaign=boots&utm_term=hiking+boots&gclid=EAIaIQobChMI8f7',
  '&utm_source=instagram&utm_medium=social&utm_campaign=summer',
  '',
  '&fbclid=IwAR0x8Qv2b',
];
const languages = ['en-US', 'en-GB', 'de-DE', 'fr-FR', 'es-ES', 'ja-JP'];
const screens = ['1920x1080', '2560x1440', '390x844', '412x915', '1440x900', '820x1180'];
const products = [
  'ridge-boot',
  'trail-runner',
  'down-jacket',
  'rain-shell',
  'tent-2p',
  'stove',
  'poles',
  'pack-45',
];

const visitors = 2048;
const viewsOfSession = 4;

const pick = (list, number) => list[number % list.length];

/** Public addresses from all over the first half of the space. */
const addressOf = (visitor) =>
  `${11 + ((visitor * 7) % 90)}.${(visitor * 31) % 256}.${(visitor * 17) % 256}.${1 + (visitor % 250)}`;

const idOf = (prefix, visitor) => `${prefix}-${visitor.toString(16).padStart(8, '0')}-${mark}-5d1c9a7e`;

const headersOf = (visitor) => ({
  'content-type': 'application/json',
  'user-agent': pick(userAgents, visitor),
  origin: site,
  referer: `${site}/`,
  accept: '*/*',
  'accept-language': `${pick(languages, visitor)},en;q=0.8`,
  'accept-encoding': 'gzip, deflate, br',
  'x-forwarded-for': addressOf(visitor),
});

/** Landings through partners' links. One in ten browsers has clicked before: then it sends that click's id. */
export function clickRequests(codes, earlierClickIds) {
  return Array.from({ length: visitors * 2 }, (_, visitor) => ({
    path: '/api/v1/track/click',
    headers: headersOf(visitor),
    body: JSON.stringify({
      affiliate_url: `${site}/products/${pick(products, visitor)}?aff=${pick(codes, visitor)}${pick(campaigns, visitor >> 3)}`,
      page_url: `${site}/products/${pick(products, visitor)}`,
      referrer_url: pick(referrers, visitor >> 2) || undefined,
      page_title: 'Ridge Boot – Northwind Outdoor',
      language: pick(languages, visitor),
      timezone: 'Europe/Berlin',
      screen_resolution: pick(screens, visitor),
      viewport_size: '1280x720',
      user_agent: pick(userAgents, visitor),
      existing_click_id: visitor % 10 === 0 ? pick(earlierClickIds, visitor / 10) : undefined,
      visitor_id: idOf('v', visitor),
      session_id: idOf('s', visitor),
    }),
  }));
}

function pageView(visitor, view) {
  const isLanding = view === 0;
  return {
    type: 'pageview',
    url: `${site}/products/${pick(products, visitor + view)}${isLanding ? `?ref=1${pick(campaigns, visitor >> 3)}` : ''}`,
    referrer:
      (isLanding
        ? pick(referrers, visitor >> 2)
        : `${site}/products/${pick(products, visitor + view - 1)}`) || undefined,
    title: 'Ridge Boot – Northwind Outdoor',
    screen: pick(screens, visitor),
    language: pick(languages, visitor),
    timezone: 'Europe/Berlin',
  };
}

const collectRequest = (websiteId, visitor, events) => ({
  path: '/api/v1/collect',
  headers: headersOf(visitor),
  body: JSON.stringify({
    website_id: websiteId,
    visitor_id: idOf('v', visitor),
    session_id: idOf('s', visitor),
    events,
  }),
});

/** One page view a request, four a session, other visitors' between them. */
export function pageViewRequests(websiteId) {
  return Array.from({ length: visitors * viewsOfSession }, (_, number) => {
    const visitor = number % visitors;
    return collectRequest(websiteId, visitor, [pageView(visitor, Math.floor(number / visitors))]);
  });
}

/** Ten page views a request, each a session of its own. */
export function batchRequests(websiteId) {
  return Array.from({ length: visitors }, (_, visitor) =>
    collectRequest(
      websiteId,
      visitor,
      Array.from({ length: 10 }, (_, view) => pageView(visitor, view)),
    ),
  );
}

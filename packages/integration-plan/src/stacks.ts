/** What a person's own code looks like: their ids are in it, their tokens never are. */
export interface PlanIds {
  /** Where this server is reached. */
  host: string;
  programId: number;
  /** Undefined: the program has no website. */
  websiteId: string | undefined;
  domain: string;
}

export interface Piece {
  title: string;
  why: string;
  /** What the code is, in a word or a file name. */
  label: string;
  code: string;
}

export const stackIds = ['script', 'react', 'node', 'stripe', 'api'] as const;

export interface Stack {
  id: (typeof stackIds)[number];
  name: string;
  /** For whom. */
  about: string;
  pieces(ids: PlanIds): Piece[];
}

const attributes = ({ programId, websiteId }: PlanIds) => [
  `data-program-id="${programId}"`,
  ...(websiteId === undefined ? [] : [`data-website-id="${websiteId}"`]),
];

const tag = (ids: PlanIds) =>
  `<script async src="${ids.host}/js/headwater.js"\n        ${attributes(ids).join(' ')}></script>`;

const trackerPiece = (ids: PlanIds): Piece => ({
  title: 'Load the tracker on every page',
  why: 'It remembers who came through a partner’s link and counts page views.',
  label: 'HTML, in <head>',
  code: tag(ids),
});

const call = (ids: PlanIds, path: string, body: string) => `await fetch('${ids.host}${path}', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.HEADWATER_TOKEN}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify(${body}),
});`;

const nodeLead = (ids: PlanIds): Piece => ({
  title: 'Tell of a sign-up',
  why: 'Joins your user id to the click. From then on the user id is all a payment needs.',
  label: 'JavaScript, on your server',
  code: call(
    ids,
    '/api/v1/track/lead',
    `{
    click_id: request.cookies.affitor_click_id,
    customer_key: user.id,
    email: user.email,
  }`,
  ),
});

const nodeSale = (ids: PlanIds): Piece => ({
  title: 'Tell of each payment',
  why: 'Send it again as often as you like: one transaction_id counts once. 409 means it is in.',
  label: 'JavaScript, on your server',
  code: call(
    ids,
    '/api/v1/track/sale',
    `{
    transaction_id: order.id,
    customer_key: user.id,
    amount_cents: order.totalCents,
    currency: 'USD',
  }`,
  ),
});

export const stacks: readonly Stack[] = [
  {
    id: 'script',
    name: 'Script tag',
    about: 'Any site whose HTML you can change. The browser tells of sign-ups, your server of payments.',
    pieces: (ids) => [
      trackerPiece(ids),
      {
        title: 'Tell of a sign-up',
        why: 'After your form has succeeded, with the id that your own database has for the person.',
        label: 'JavaScript, in the page',
        code: 'window.headwater.signup(user.id, user.email);',
      },
      nodeSale(ids),
    ],
  },
  {
    id: 'react',
    name: 'React, Next.js',
    about: 'The tracker follows route changes by itself; nothing is to be done per page.',
    pieces: (ids) => [
      {
        title: 'Load the tracker in the root layout',
        why: 'Next.js loads it after the page is interactive. In Vite, put the script tag into index.html.',
        label: 'app/layout.tsx',
        code: `import Script from 'next/script';

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Script
          src="${ids.host}/js/headwater.js"
          ${attributes(ids).join('\n          ')}
        />
      </body>
    </html>
  );
}`,
      },
      {
        title: 'Tell of a sign-up',
        why: 'The queue takes the call even if the tracker is not loaded yet.',
        label: 'TypeScript, in a component',
        code: `const queue = ((window as any).headwaterQueue ??= []);
queue.push(['signup', user.id, user.email]);`,
      },
      { ...nodeSale(ids), label: 'app/api/paid/route.ts' },
    ],
  },
  {
    id: 'node',
    name: 'Node server',
    about: 'Express, Fastify, Hono …: both facts come from your server, so no ad blocker is in the way.',
    pieces: (ids) => [trackerPiece(ids), nodeLead(ids), nodeSale(ids)],
  },
  {
    id: 'stripe',
    name: 'Stripe',
    about:
      'You charge with Stripe already: Headwater books payments, renewals and refunds from its webhooks.',
    pieces: (ids) => [
      trackerPiece(ids),
      {
        title: 'Connect your Stripe account',
        why: 'Makes the webhook endpoint, chooses its events, keeps its secret and sends a test event.',
        label: 'Terminal',
        code: `export HEADWATER_URL=${ids.host}
export HEADWATER_KEY=affk_…   # a management key, made in Settings
npx headwater setup stripe --api-key --program ${ids.programId}`,
      },
      {
        title: 'Say who pays',
        why: 'For subscriptions both places: renewals read subscription_data.metadata.',
        label: 'JavaScript, on your server',
        code: `const metadata = {
  program_id: '${ids.programId}',
  affitor_click_id: request.cookies.affitor_click_id,
  affitor_customer_key: user.id,
};
const session = await stripe.checkout.sessions.create({
  mode: 'subscription',
  line_items: [{ price: 'price_…', quantity: 1 }],
  success_url: 'https://${ids.domain}/thanks',
  metadata,
  subscription_data: { metadata },
});`,
      },
    ],
  },
  {
    id: 'api',
    name: 'Any provider',
    about: 'Paddle, Lemon Squeezy, PayPal, invoices by hand: whatever you have, one call per payment.',
    pieces: (ids) => [
      trackerPiece(ids),
      {
        title: 'Tell of a sign-up',
        why: 'click_id is the cookie affitor_click_id of the visitor.',
        label: 'Shell',
        code: curl(
          ids,
          '/api/v1/track/lead',
          '{"click_id":"clk_…","customer_key":"user_123","email":"sam@example.com"}',
        ),
      },
      {
        title: 'Tell of each payment',
        why: 'From your provider’s webhook, with its own payment id as transaction_id.',
        label: 'Shell',
        code: curl(
          ids,
          '/api/v1/track/sale',
          '{"transaction_id":"txn_abc123","customer_key":"user_123","amount_cents":9999,"currency":"USD"}',
        ),
      },
    ],
  },
];

function curl({ host }: PlanIds, path: string, body: string): string {
  return `curl ${host}${path} \\
  -H "Authorization: Bearer $HEADWATER_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
}

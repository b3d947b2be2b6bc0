/** A page of the guides: what it is called in the address and in the navigation, and its file from the root of the repository. */
export interface GuidePage {
  slug: string;
  name: string;
  about: string;
  file: string;
}

const doc = (slug: string, name: string, about: string): GuidePage => ({
  ...{ slug, name, about },
  file: `docs/${slug}.md`,
});
const guide = (slug: string, name: string, about: string): GuidePage => ({
  ...{ slug, name, about },
  file: `docs/guides/${slug}.md`,
});
const readme = (slug: string, name: string, about: string, folder: string): GuidePage => ({
  ...{ slug, name, about },
  file: `${folder}README.md`,
});

/** Which documents are shown, in the order in which somebody new would read them. A test finds those that were forgotten. */
export const tableOfContents: readonly { title: string; pages: readonly GuidePage[] }[] = [
  {
    title: 'Begin',
    pages: [
      doc('quickstart', 'Five minutes', 'From nothing to a verified integration, by commands only'),
      readme('readme', 'What Headwater is', 'What it does, how to run it, its settings', ''),
      doc('concepts', 'Concepts', 'Attribution, windows, identity, commissions, the ledger'),
      doc('integration', 'Integrate and verify', 'Readiness, verification, health'),
      doc('troubleshooting', 'Troubleshooting', 'What you see, what it means, what to do'),
    ],
  },
  {
    title: 'Guides',
    pages: [
      guide('sale-api', 'Any provider, by the Sale API', 'One call a payment, whoever takes the money'),
      guide('stripe-one-time', 'Stripe, one-time', 'Three fields in the metadata; webhooks do the rest'),
      guide('stripe-subscriptions', 'Stripe, subscriptions', 'Where the fields go so that renewals count'),
      guide('server-side', 'By visitor and session', 'Which visit paid, with or without partners'),
      guide('frameworks', 'React, Next.js, Express, Fastify', 'Where three lines stand in each of them'),
      guide('consent', 'Cookieless and consent', 'What each choice stores, and what it costs'),
      guide('moving', 'Moving from another tool', 'Dub, Rewardful, Tolt, Plausible, Umami'),
    ],
  },
  {
    title: 'Tools',
    pages: [
      readme(
        'tracker',
        'Tracker',
        'The script in your pages: attributes, calls, cookies',
        'packages/tracker/',
      ),
      doc('cli', 'The command', 'Every command, its settings, exit codes and JSON'),
      readme('sdk', 'SDK', 'For browsers, React and servers', 'packages/sdk/'),
      readme('mcp', 'MCP server', 'For coding agents: integrate, verify, explain, ask', 'packages/mcp/'),
      readme('examples', 'Examples', 'Three small shops with their whole integration', 'examples/'),
      doc('stripe-setup', 'Stripe, set up', 'Connecting an account, its events, its command'),
      doc('stripe', 'Stripe, what is read', 'Which event is money, who is meant, and why not'),
      doc('imports', 'Imports', 'History from files: partners, clicks, payments, visits'),
      doc('webhooks', 'Webhooks', 'Being told what happened, signed and repeated'),
      doc('errors', 'Errors', 'Every refusal and what it asks of you'),
    ],
  },
  {
    title: 'Money and reports',
    pages: [
      doc('commissions', 'Commissions', 'Their life, the policy, what if, refunds, proof'),
      doc('billing', 'Invoices and payouts', 'What a program owes, and how partners get it'),
      doc('portal', 'Partner portal', 'What partners see and may do'),
      doc('fraud', 'Fraud signals', 'What looks wrong, with its evidence'),
      doc('reports', 'Reports', 'Any metrics by any dimensions; goals; now'),
      doc('models', 'Attribution models', 'Eight models side by side, journeys, funnels, cohorts'),
      doc('channels', 'Channels', 'The whole rule of where a visit came from'),
    ],
  },
  {
    title: 'Running it',
    pages: [
      doc('operations', 'Operations', 'systemd, containers, TLS, backup, upgrade, metrics, alerts'),
      doc('security', 'Security', 'What is promised, and which test holds it'),
      doc('privacy', 'A person’s data', 'Erasing, keeping for so long, handing out'),
      doc('scale', 'Several servers', 'Processes, PostgreSQL and ClickHouse clusters'),
      doc('recipes', 'Changing it', 'What a change of a common kind touches, in order'),
    ],
  },
];

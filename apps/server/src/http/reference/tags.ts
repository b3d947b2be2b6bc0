/** The chapters of the reference, in the order in which somebody who integrates comes to them. */
export const chapters: readonly { name: string; tags: readonly (readonly [string, string])[] }[] = [
  {
    name: 'Integrate',
    tags: [
      ['Tracking', 'Partner tracking: landings, sign-ups, payments, refunds, and what has arrived of them.'],
      ['Visits', 'What visitors do, and which visit brought a payment.'],
      ['Payments', 'Why a payment earns its partner something, or does not.'],
      ['Readiness', 'How far an integration is, and the proof that it works.'],
      ['Stripe', 'Connecting an account, what it delivers, and whether every cent of it is accounted for.'],
      ['Webhooks', 'Messages about payments, commissions and payouts to endpoints of yours.'],
    ],
  },
  {
    name: 'Set up',
    tags: [
      ['Programs', 'Affiliate programs: their settings and tokens.'],
      ['Websites', 'Tracked sites, with or without a program.'],
      ['Partners', 'Who promotes a program, and by which links.'],
      ['Groups and policies', 'What partners earn; terms are added, never changed.'],
      ['Applications', 'How partners come in by themselves.'],
      ['Management keys', 'Keys for scripts, with scopes.'],
      ['Command line', 'What the `headwater` command asks.'],
    ],
  },
  {
    name: 'Money',
    tags: [
      ['Activity', 'Clicks, sign-ups, payments and commissions as lists.'],
      ['Commissions', 'Deciding about commissions.'],
      ['Fraud signals', 'What looks wrong about a commission, with its evidence.'],
      ['Invoices', 'What a program owes for a week.'],
      ['Payouts', 'What partners are owed, and how it is sent.'],
      ['Exchange rates', 'Dated facts that sums over currencies are reckoned with.'],
      ['Mails', 'Mails about money, and who gets them.'],
      ['Partner portal', 'What a partner who is signed in sees and does.'],
    ],
  },
  {
    // No chapter is called as one of its tags: the page would look for the one within the other, for ever.
    name: 'Ask',
    tags: [['Reports', 'Metrics by dimensions, models, journeys, funnels, cohorts, goals, real time.']],
  },
  {
    name: 'Operate',
    tags: [
      ['Imports', 'History from files of other systems.'],
      ['People', 'A person’s right to know and to be forgotten.'],
      ['Audit', 'Who did what, chained; and the books reckoned again.'],
      ['Health', 'How the server is.'],
    ],
  },
];

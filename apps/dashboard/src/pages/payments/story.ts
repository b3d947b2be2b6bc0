import type { Explanation } from '../../client/index.ts';
import { country, money, words } from '../../shell/format.ts';

/** A step of a payment's story, in the order it happened. */
export interface Step {
  at: string;
  tone: 'touch' | 'lost' | 'won' | 'money' | 'back' | 'decision';
  title: string;
  text: string;
}

const lostReasons: Readonly<Record<string, string>> = {
  older_click: 'A later click came after it, and the last one counts',
  newer_click: 'An earlier click came before it, and the first one counts',
  outside_window: 'It was too long before the first payment',
  after_payment: 'It came after the payment',
  customer_bound: 'The customer was another partner’s already',
  partner_not_enrolled: 'The partner is not in the program any more',
};

const methods: Readonly<Record<string, string>> = {
  customer_key: 'your own id of the customer',
  click_id: 'the click id',
  email: 'the customer’s email address',
  stripe_customer: 'the customer in Stripe',
  partner_code: 'the partner’s code',
  visitor: 'the visitor’s browser',
  bound: 'the partner the customer belongs to since an earlier payment',
};

const whyNot: Readonly<Record<string, string>> = {
  no_touch: 'No partner’s link was clicked before the payment',
  attribution_window_expired: 'The click was too long ago',
  partner_not_enrolled: 'The partner who was clicked is not in the program any more',
  commission_duration_ended: 'The time in which the partner earns from this customer is over',
  no_sale_policy: 'The partner’s terms pay nothing for sales',
  zero_commission: 'The terms come to nothing for this payment',
};

const tellers: Readonly<Record<string, string>> = {
  sale: 'Your server',
  attribute_payment: 'Your website',
  stripe: 'Stripe',
};

/** Who told of a payment. */
export const teller = (source: string): string => tellers[source] ?? words(source);

const types: Readonly<Record<string, string>> = {
  cpc: 'for each click',
  cpl: 'for each sign-up',
  cps_one_time: 'of the first payment',
  cps_recurring: 'of each payment',
  cps_lifetime: 'of each payment, for ever',
};

/** What a policy pays for, after its rate or amount. */
export const paysFor = (type: string): string => types[type] ?? words(type);

const accounts: Readonly<Record<string, string>> = {
  customer_receipts: 'Received from the customer',
  revenue_attributed: 'Revenue by a partner or visit',
  revenue_organic: 'Revenue without a partner',
  commission_expense: 'Cost of commission',
  partner_pending: 'Owed to the partner, in its hold',
  partner_approved: 'Owed to the partner, due',
  partner_invoiced: 'Owed to the partner, billed',
  partner_payout: 'On its way to the partner',
  partner_paid: 'Paid to the partner',
  partner_disputed: 'Owed to the partner, contested',
  fee_expense: 'Cost of the platform',
  fee_payable: 'Owed to the platform',
  fee_invoiced: 'Owed to the platform, billed',
  fee_paid: 'Paid to the platform',
};

export const accountName = (account: string): string => accounts[account] ?? words(account);

const causes: Readonly<Record<string, string>> = {
  recorded: 'Decided when the payment was recorded',
};

const identifiers: Readonly<Record<string, string>> = {
  customer_key: 'Customer key',
  click_id: 'Click',
  email: 'Email',
  visitor: 'Visitor',
  visitor_id: 'Visitor',
  stripe_customer: 'Stripe customer',
  partner_code: 'Partner code',
};

export const identifierName = (kind: string): string => identifiers[kind] ?? words(kind);

/** In a sentence: who has it and why, for somebody who has never heard of attribution. */
export function verdictOf(one: Explanation, nameOf: (id: number) => string): string {
  const { attribution, commission, commissions, payment } = one;
  if (payment.is_test) return 'A test payment: it counts nowhere and earns nothing.';
  if (attribution === null) return 'It was told of through the website alone, so no partner was looked for.';
  if (!attribution.attributed)
    return `No partner earns from it. ${whyNot[attribution.reason ?? ''] ?? words(attribution.reason ?? '')}.`;
  const by = methods[attribution.method ?? ''] ?? attribution.method;
  if (commission === null) {
    const winner = attribution.candidates.find(({ outcome }) => outcome === 'won');
    const who = winner ? nameOf(winner.partner_id) : 'A partner';
    return `${who} brought it, known by ${by}, but earns nothing: ${(whyNot[attribution.reason ?? ''] ?? '').toLowerCase()}.`;
  }
  const shares = commissions
    .map((share) => `${nameOf(share.partner_id)} earns ${money(share.amount_cents, share.currency)}`)
    .join(', ');
  return `${shares}. The customer was known by ${by}.`;
}

/** Every touch, the payment, each decision and what came back, as they happened. */
export function storyOf(one: Explanation, nameOf: (id: number) => string): Step[] {
  const { payment, attribution, visit, decisions } = one;
  const steps: Step[] = [];
  for (const candidate of attribution?.candidates ?? []) {
    const { age_days: days } = candidate;
    const age = days === 0 ? 'Less than a day' : days === 1 ? 'A day' : `${days} days`;
    steps.push({
      at: candidate.clicked_at,
      tone: candidate.outcome === 'won' ? 'won' : 'lost',
      title: `Clicked the link of ${nameOf(candidate.partner_id)}`,
      text:
        candidate.outcome === 'won'
          ? `Credited. ${age} before the payment, within the window of ${attribution?.window_days} days.`
          : `Not credited. ${lostReasons[candidate.reason ?? ''] ?? words(candidate.reason ?? '')}.`,
    });
  }
  if (visit) {
    const context = visit as Record<string, unknown>;
    const place =
      typeof context.country === 'string' && context.country ? country(context.country) : undefined;
    const channel = typeof context.channel === 'string' ? words(context.channel) : undefined;
    const told = [channel, context.source, context.campaign, context.landing_page, place, context.device];
    steps.push({
      at: payment.occurred_at,
      tone: 'touch',
      title: 'The visit it came from',
      text: told.filter((part): part is string => typeof part === 'string' && part !== '').join(' · '),
    });
  }
  steps.push({
    at: payment.occurred_at,
    tone: 'money',
    title: `Paid ${money(payment.amount_cents, payment.currency)}`,
    text: `Told by ${teller(payment.source)}, as ${payment.transaction_id}.`,
  });
  for (const { at, cause } of decisions)
    steps.push({
      at,
      tone: 'decision',
      title: causes[cause] ?? `Decided again: ${words(cause).toLowerCase()}`,
      text: verdictOf(one, nameOf),
    });
  if (payment.refunded_cents > 0) {
    const last = one.ledger.at(-1)?.at ?? payment.received_at;
    steps.push({
      at: last,
      tone: 'back',
      title: `Refunded ${money(payment.refunded_cents, payment.currency)}`,
      text:
        payment.refunded_cents === payment.amount_cents
          ? 'All of it went back; the commission with it.'
          : 'A part of it went back; the commission in proportion.',
    });
  }
  for (const dispute of one.disputes)
    steps.push({
      at: one.ledger.at(-1)?.at ?? payment.received_at,
      tone: 'back',
      title: `Disputed ${money(dispute.amount_cents, payment.currency)}`,
      text: `By the customer’s bank: ${words(dispute.state).toLowerCase()}.`,
    });
  // Stable: what has the same instant stays in the order in which it was told.
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

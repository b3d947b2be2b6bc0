import type { PortalExplanation } from '@headwater/contract';
import { counted, day, money, percent } from '../../shell/format.ts';

/** What an explanation says, in a partner's words. */

const models: Readonly<Record<string, string>> = {
  last_click: 'the last click before the payment counts',
  first_click: 'the first click before the payment counts',
  linear: 'every click before the payment counts the same',
};

const notCounted: Readonly<Record<string, string>> = {
  older_click: 'A later click counted',
  newer_click: 'An earlier click counted',
  outside_window: 'It was too long before the payment',
  after_payment: 'It came after the payment',
  partner_not_enrolled: 'You were no partner then',
  customer_bound: 'The customer already belonged to an earlier click',
};

const matches: Readonly<Record<string, string>> = {
  click_id: 'the click itself',
  customer_key: 'the program’s own number of the customer',
  email: 'their address, which nobody is shown',
  bound: 'an earlier payment of theirs',
};

export function attributionText(one: PortalExplanation): string | undefined {
  if (one.attribution === null) return undefined;
  const { model, window_days, matched_by } = one.attribution;
  const rule = `In this program ${models[model] ?? 'the program’s own model decides'}, within ${counted(window_days, 'day')}.`;
  const known = matched_by ? matches[matched_by] : undefined;
  return known ? `${rule} The customer was recognised by ${known}.` : rule;
}

export function clickReason(reason: string | null): string {
  return reason === null ? '' : (notCounted[reason] ?? 'It did not count');
}

export function policyText({ policy }: PortalExplanation): string[] {
  const rate =
    policy.rate_bps === null
      ? money(policy.fixed_cents ?? 0, policy.currency)
      : percent(policy.rate_bps / 10_000, 2);
  const what = {
    cpc: 'for a click',
    cpl: 'for a sign-up',
    cps_one_time: 'of a first payment',
    cps_recurring: `of every payment for ${policy.duration_months ?? 12} months`,
    cps_lifetime: 'of every payment',
  }[policy.type];
  const bound = (label: string, cents: number | null) =>
    cents === null ? [] : [`${label} ${money(cents, policy.currency)}`];
  return [
    `${rate} ${what}`,
    ...bound('At least', policy.min_cents),
    ...bound('At most', policy.max_cents),
    ...bound('Of one customer at most', policy.customer_cap_cents),
    policy.hold_period_days === 0 ? 'Not held' : `Held for ${counted(policy.hold_period_days, 'day')}`,
  ];
}

const steps: Readonly<Record<string, string>> = {
  base: 'What counts of the payment',
  tier: 'Your volume of the month before',
  commission: 'Commission',
  share: 'Your share',
  minimum: 'At least',
  maximum: 'At most',
  cap: 'Of one customer at most',
};

export const stepName = (step: string): string => steps[step] ?? step;

export function payableText({ payable, commission }: PortalExplanation, timeZone: string): string {
  const amount = money(payable.amount_cents, commission.currency);
  const at = payable.at === null ? '' : day(payable.at, timeZone);
  switch (payable.state) {
    case 'held':
      return `${amount} is held for refunds until ${at}, then it is approved.`;
    case 'waits_for_approval':
      return `${amount} waits for a person of the program to approve it.`;
    case 'next_invoice':
      return `${amount} is approved, and billed to the program on ${at}; then it is ready for a payout.`;
    case 'next_payout':
      return `${amount} is ready and goes out with the next payout.`;
    case 'in_payout':
      return `${amount} is in a payout that is on its way.`;
    case 'paid':
      return `${amount} was paid to you.`;
    case 'disputed':
      return `The customer’s bank contests the payment: ${amount} waits until that is decided.`;
    case 'nothing_left':
      return 'Nothing is left to be paid.';
  }
}

const why = {
  refund: 'The customer was given money back',
  dispute: 'The customer’s bank took the payment back',
  rejected: 'The program rejected it. Ask the program for its reason',
  decided_again: 'The program learnt more about the payment and decided again',
  other: 'The program corrected its books',
} as const;

export function changeText({ kind, reason }: PortalExplanation['changes'][number]): string {
  if (kind === 'earned') return 'Earned';
  const cause = reason === null ? '' : why[reason];
  return kind === 'reversed' ? `Taken back: ${cause}` : `Given again: ${cause}`;
}

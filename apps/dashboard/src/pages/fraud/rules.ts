import type { FraudRule } from '@headwater/contract';
import { count, dateTime, words } from '../../shell/format.ts';

/** The rules, and when each speaks, in the words of who reviews. */
export const rules: Readonly<Record<FraudRule, { name: string; means: string }>> = {
  self_referral: {
    name: 'Own purchase',
    means: 'The customer is the partner, or shares a browser with them.',
  },
  same_address: {
    name: 'Same address',
    means: 'The customer signed up from the address that the partner did, on one day.',
  },
  impossible_speed: {
    name: 'Too fast',
    means: 'The sign-up came less than 3 seconds after the click.',
  },
  click_flood: { name: 'Flood of clicks', means: 'The link had 100 clicks or more within ten minutes.' },
  shared_device: { name: 'One device', means: '4 or more paying customers were seen in one browser.' },
  refund_rate: {
    name: 'Many refunds',
    means: 'Far more of the partner’s payments went back than of others’.',
  },
  late_click: {
    name: 'Late click',
    means: 'The click came minutes before the payment, of a customer who was known before.',
  },
};

export const ruleNames = Object.keys(rules) as FraudRule[];

const evidenceNames: Readonly<Record<string, string>> = {
  customer_id: 'Customer with the partner’s address or key',
  is_buyer: 'The buyer is that customer',
  link_id: 'Link',
  what: 'What followed the click',
  seconds: 'Seconds between',
  others: 'Payments of other partners',
  others_refunded: 'Of those went back',
  refunded: 'Of those went back',
  customers: 'Customers in that browser',
  known_since: 'Customer known since',
  clicks: 'Clicks in ten minutes',
};

/** The figures behind the words of a signal, as a person reads them. */
export function evidenceFacts(
  evidence: Readonly<Record<string, unknown>>,
  timeZone: string,
): [string, string][] {
  return Object.entries(evidence).map(([name, value]) => [
    evidenceNames[name] ?? words(name),
    textOf(name, value, timeZone),
  ]);
}

function textOf(name: string, value: unknown, timeZone: string): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number')
    return name.endsWith('_id') ? `#${value}` : count(Math.round(value * 10) / 10);
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)) return dateTime(value, timeZone);
  return String(value);
}

/** What the words of an explanation mean, for somebody who reads one for the first time. */
type Words = Readonly<Record<string, string>>;

export const lostBecause: Words = {
  older_click: 'a later click came after it, and the last one counts',
  newer_click: 'an earlier click came before it, and the first one counts',
  outside_window: 'it was too long before the first payment',
  after_payment: 'it came after the payment',
  customer_bound: 'the customer belonged to another partner already',
  partner_not_enrolled: 'the partner is not in the program any more',
};

export const matchedBy: Words = {
  customer_key: 'your own id of the customer',
  click_id: 'the click id',
  email: 'the customer’s email address',
  stripe_customer: 'the customer in Stripe',
  partner_code: 'the partner’s code',
  visitor: 'the visitor’s browser',
  bound: 'the partner whom the customer belongs to since an earlier payment',
};

export const earnsNothing: Words = {
  no_touch: 'no partner’s link was clicked before the payment',
  attribution_window_expired: 'the click was too long ago',
  partner_not_enrolled: 'the partner who was clicked is not in the program any more',
  commission_duration_ended: 'the time in which the partner earns from this customer is over',
  no_sale_policy: 'the partner’s terms pay nothing for sales',
  zero_commission: 'the terms come to nothing for this payment',
};

export const toldBy: Words = {
  sale: 'your server (track/sale)',
  attribute_payment: 'your website (attribute-payment)',
  stripe: 'Stripe',
  import: 'an imported file',
};

export const paysFor: Words = {
  cpc: 'for each click',
  cpl: 'for each sign-up',
  cps_one_time: 'of the first payment',
  cps_recurring: 'of each payment',
  cps_lifetime: 'of each payment, for ever',
};

export const models: Words = {
  last_click: 'the last click counts',
  first_click: 'the first click counts',
  linear: 'all clicks share',
};

export const accounts: Words = {
  customer_receipts: 'received from the customer',
  revenue_attributed: 'revenue by a partner or visit',
  revenue_organic: 'revenue without a partner',
  commission_expense: 'cost of commission',
  partner_pending: 'owed to the partner, in its hold',
  partner_approved: 'owed to the partner, due',
  partner_invoiced: 'owed to the partner, billed',
  partner_payout: 'on its way to the partner',
  partner_paid: 'paid to the partner',
  partner_disputed: 'owed to the partner, contested',
  fee_expense: 'cost of the platform',
  fee_payable: 'owed to the platform',
  fee_invoiced: 'owed to the platform, billed',
  fee_paid: 'paid to the platform',
};

/** A word that has no explanation is still told, without its underscores. */
export const meaning = (words: Words, word: string | null): string =>
  words[word ?? ''] ?? (word ?? '').replaceAll('_', ' ');

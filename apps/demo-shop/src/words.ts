/** How the shop says things: money, times, and Headwater's words for people. */

/** Minor units to text: 980, USD → $9.80. Currencies with other decimals follow their own. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** decimals);
}

/** With its sign always, as in a ledger. */
export function signedMoney(minor: number, currency: string): string {
  if (minor === 0) return money(0, currency);
  return `${minor < 0 ? '−' : '+'}${money(Math.abs(minor), currency)}`;
}

export function day(instant: string): string {
  return new Date(instant).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
}

export function time(instant: string): string {
  return `${new Date(instant).toLocaleTimeString('en-GB', { timeZone: 'UTC' })} UTC`;
}

/** `organic_search` → `Organic search`. */
export function channelName(channel: string): string {
  return sentence(channel.replaceAll('_', ' '));
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 2000 basis points → 20 %. */
export function percent(bps: number): string {
  return `${bps / 100} %`;
}

/** Why nobody earned, or a click was not credited. */
export const reasons: Record<string, string> = {
  no_touch: 'no partner’s link led here before the payment',
  partner_not_enrolled: 'the partner is no longer in the program',
  attribution_window_expired: 'the click was too long ago',
  commission_duration_ended: 'the months that earn are over',
  no_sale_policy: 'the partner’s terms do not pay for sales',
  zero_commission: 'the terms come to nothing here',
  settled_elsewhere: 'it is history that was imported',
  self_referral: 'it is the partner’s own purchase',
  older_click: 'a later click came after it',
  newer_click: 'an earlier click came before it',
  outside_window: 'too long before the payment',
  after_payment: 'it came after the payment',
  customer_bound: 'the customer’s first payment already belongs to a partner',
};

export const models: Record<string, string> = {
  last_click: 'the last click wins',
  first_click: 'the first click wins',
  linear: 'all clicks share',
};

/** By what a customer was known. */
export const identifiers: Record<string, string> = {
  customer_key: 'by the customer key of the sign-up',
  click_id: 'by the click id in the browser’s cookie',
  email: 'by the hashed email address',
  visitor: 'by the visitor id in the browser’s cookie',
};

/** For which payments a policy pays. */
export function payingPayments(type: string, durationMonths: number | null): string {
  if (type === 'cps_one_time') return 'on the first payment';
  if (type === 'cps_lifetime' || durationMonths === null) return 'on every payment';
  return `on every payment of the first ${durationMonths} months`;
}

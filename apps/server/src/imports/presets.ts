import type { importSources } from '@headwater/contract';

/**
 * Under which columns other tools export what we ask for; they go before the names that are guessed by. What is not here
 * is looked for by its name, and `--map` overrides either. Terms of commission are no part of any of them: what a partner
 * earns here is decided by the program's policies.
 */
type Preset = Readonly<Record<string, readonly string[]>>;

export const presets: Readonly<
  Record<(typeof importSources)[number], Partial<Record<'payments' | 'partners', Preset>>>
> = {
  // Dashboard → Payments → Export. The header is that of such files in public repositories ("id,Description,Seller
  // Message,Created (UTC),Amount,Amount Refunded,Currency,…,Status,…,Customer Email"); older ones say "Created date (UTC)".
  // `Customer ID` is Stripe's (cus_…), not the key that your own server calls a customer by, so it is not taken for one.
  stripe: {
    payments: {
      transaction_id: ['id'],
      amount: ['Amount'],
      currency: ['Currency'],
      occurred_at: ['Created (UTC)', 'Created date (UTC)'],
      customer_key: ['affitor_customer_key (metadata)', 'customer_key (metadata)', 'user_id (metadata)'],
      customer_email: ['Customer Email'],
      refunded: ['Amount Refunded'],
      // Stripe’s own fee tax, not the customer’s.
      tax: [],
      status: ['Status'],
    },
  },
  // Columns of affiliates in Rewardful’s help (help.rewardful.com/en/articles/1988486: first_name, last_name, email, token)
  // and in its API (affiliate: state; link: token, url).
  rewardful: {
    partners: {
      email: ['email'],
      first_name: ['first_name'],
      last_name: ['last_name'],
      code: ['token', 'link token'],
      link: ['link', 'url', 'link url'],
      status: ['state', 'status'],
    },
  },
  // Partners → Export in Dub (dubinc/dub, lib/zod/schemas/partners.ts, exportPartnerColumns: ID, Name, Email, Country,
  // Status, Enrolled at, …). That file holds no link: a code is made from the name, unless a column with one is added.
  dub: {
    partners: {
      email: ['Email'],
      name: ['Name'],
      status: ['Status'],
      code: ['Link key', 'Key', 'Code'],
      link: ['Link', 'Short link', 'Partner link'],
    },
  },
  // Tolt’s API (partner: first_name, last_name, email, status; link: param, value), as read by dubinc/dub
  // (lib/tolt/schemas.ts). No public description of Tolt’s CSV was found: map what is called otherwise.
  tolt: {
    partners: {
      email: ['email', 'partner email'],
      first_name: ['first_name'],
      last_name: ['last_name'],
      code: ['value', 'link value', 'ref', 'referral code'],
      link: ['link', 'referral link'],
      status: ['status'],
    },
  },
};

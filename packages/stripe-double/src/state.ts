import type { Account } from './account.ts';
import type { Checkout } from './checkout.ts';

export interface SeenRequest {
  method: string;
  path: string;
  /** The `Stripe-Account` header. */
  account: string | null;
  key: string;
  form: URLSearchParams;
}

export interface Key {
  account: Account | null;
  may: readonly string[] | null;
}

export interface DoubleState {
  platform: { secretKey: string; clientId: string };
  accounts: Map<string, Account>;
  keys: Map<string, Key>;
  /** Authorization codes that were not used yet. */
  codes: Map<string, Account>;
  visitor: Account | null;
  /** Checkouts by the id of their session, paid or not. */
  checkouts: Map<string, Checkout>;
  /** Where the double listens. */
  url: string;
}

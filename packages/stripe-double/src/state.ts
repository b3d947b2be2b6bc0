import type { Account } from './account.ts';

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
}

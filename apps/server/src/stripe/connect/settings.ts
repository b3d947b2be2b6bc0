/** How this installation reaches Stripe. */
export interface StripeSettings {
  /** The platform account's key and client id: what OAuth needs. Without them accounts connect by a key of their own. */
  secretKey: string | undefined;
  clientId: string | undefined;
  /** Signs deliveries to the platform's Connect endpoint. */
  connectSecret: string | undefined;
  /** Another address for Stripe's API, for tests. */
  apiBase: string | undefined;
}

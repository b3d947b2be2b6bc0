/** The ways that money goes to a partner. */
export const methodNames = {
  paypal: 'PayPal',
  wise: 'Wise',
  bank_transfer: 'Bank transfer',
  stripe: 'Stripe',
} as const;
export type Method = keyof typeof methodNames;

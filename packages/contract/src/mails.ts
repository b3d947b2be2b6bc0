/** Mails about invoices and payouts, and who gets them (extensions of §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, requiredText } from './fields.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const SetBillingContactRequest = Type.Object(
  {
    email: requiredText({ 'x-message': 'email is required' }),
  },
  { examples: [{ email: 'billing@acme.example' }] },
);
export type SetBillingContactRequest = Static<typeof SetBillingContactRequest>;

export const BillingContact = Type.Object({ email_masked: nullable(Type.String()) });
export type BillingContact = Static<typeof BillingContact>;

export const mailStates = ['waiting', 'sent', 'kept', 'failed'] as const;

export const MailsQuery = Type.Object({
  ...ListQuery.properties,
  state: Type.Optional(Type.Enum([...mailStates])),
});

export const MailItem = Type.Object({
  id: Type.Integer(),
  to_masked: Type.String(),
  subject: Type.String(),
  body: Type.String(),
  state: Type.Enum([...mailStates], {
    description:
      'kept: SMTP_URL is not set, so it was not sent; failed: the mail server did not take it for a day',
  }),
  last_error: nullable(Type.String()),
  created_at: iso,
  sent_at: nullable(iso),
});
export type MailItem = Static<typeof MailItem>;

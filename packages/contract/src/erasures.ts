/** Erasing a person, and handing out what is known of one. */
import Type, { type Static } from 'typebox';
import { iso, text, textOrInteger } from './fields.ts';
import { ListQuery } from './setup.ts';

/** Who it is: an email address, or the key of a customer of a program. */
const subject = {
  email: text({ description: 'in every program and website of the workspace' }),
  customer_key: text({ description: 'with program_id: a customer who left no email address' }),
  program_id: textOrInteger(),
};

export const EraseRequest = Type.Object(subject, {
  $id: 'EraseRequest',
  examples: [{ email: 'sam@example.com' }],
});
export type EraseRequest = Static<typeof EraseRequest>;

export const erasureStatuses = ['requested', 'renamed', 'done'] as const;

export const ErasureItem = Type.Object({
  id: Type.Integer(),
  status: Type.Enum([...erasureStatuses], {
    description:
      'renamed: no name is left in PostgreSQL; done: nor in ClickHouse and in what Stripe delivered',
  }),
  requested_by: Type.String(),
  requested_at: iso,
  done_at: Type.Union([iso, Type.Null()]),
  found: Type.Union(
    [
      Type.Object({
        customers: Type.Integer(),
        browsers: Type.Integer(),
        payments: Type.Integer({ description: 'they stay in the books, and name nobody' }),
        stripe_events: Type.Integer({ description: 'deliveries whose personal fields were blanked' }),
      }),
      Type.Null(),
    ],
    { description: 'null until it is known' },
  ),
});
export type ErasureItem = Static<typeof ErasureItem>;

export const ErasureQuery = Type.Object({ ...ListQuery.properties });

export const ExportPersonRequest = Type.Object(subject, {
  $id: 'ExportPersonRequest',
  examples: [{ email: 'sam@example.com' }],
});
export type ExportPersonRequest = Static<typeof ExportPersonRequest>;

const rows = (description: string) => Type.Array(Type.Record(Type.String(), Type.Unknown()), { description });

export const PersonExport = Type.Object({
  customers: rows('one a program: key, masked email, status, when they became known'),
  sign_ups: rows('leads'),
  payments: rows('with what was refunded'),
  clicks: rows('landings through partners’ links, with their context'),
  visits: rows('sessions on tracked websites, with their context'),
  events: rows('what their browsers and payments told, newest first'),
  events_left_out: Type.Integer({ description: 'older ones, beyond the first 10,000' }),
});
export type PersonExport = Static<typeof PersonExport>;

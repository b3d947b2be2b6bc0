/** Imports: history brought in from files, a part at a time (docs/imports.md). */
import Type, { type Static } from 'typebox';
import { iso, text, textOrInteger } from './fields.ts';
import { ListQuery } from './setup.ts';

export const importKinds = ['payments', 'clicks', 'partners', 'umami', 'plausible'] as const;
export type ImportKind = (typeof importKinds)[number];

/** Tools whose exports have columns that are known. */
export const importSources = ['stripe', 'rewardful', 'dub', 'tolt'] as const;

/** Of Plausible's export, by the files' names. */
export const plausibleTables = [
  'imported_visitors',
  'imported_sources',
  'imported_pages',
  'imported_entry_pages',
  'imported_exit_pages',
  'imported_custom_events',
  'imported_locations',
  'imported_devices',
  'imported_browsers',
  'imported_operating_systems',
] as const;
export type PlausibleTable = (typeof plausibleTables)[number];

export const maxImportRows = 100_000_000;
export const maxRowsOfPart = 1000;
const maxCell = 8192;

const column = Type.String({ maxLength: 255, pattern: '^[^\\u0000]*$' });

export const StartImportRequest = Type.Object(
  {
    kind: Type.Enum([...importKinds]),
    program_id: textOrInteger({ description: 'of payments, clicks and partners' }),
    website_id: text({ description: 'of umami and plausible' }),
    from: Type.Optional(
      Type.Enum([...importSources], { description: 'whose export it is: its columns are known' }),
    ),
    table: Type.Optional(
      Type.Enum([...plausibleTables], { description: 'of plausible: which file of the export' }),
    ),
    file_name: text({ description: 'as people call it' }),
    file_digest: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'SHA-256 of the file, hexadecimal: the same file under the same settings is one import',
    }),
    rows: Type.Integer({ minimum: 0, maximum: maxImportRows, description: 'how many will be sent' }),
    columns: Type.Array(column, { minItems: 1, maxItems: 500, description: 'the header of the file' }),
    mapping: Type.Optional(
      Type.Record(Type.String({ maxLength: 64 }), column, {
        description: 'field → column, for those that are not found by their names',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'judge every row, store none' })),
    commissions: Type.Optional(
      Type.Boolean({
        description:
          'of payments: true: each earns under the terms of its time; default false: they are history, and were settled where they come from',
      }),
    ),
    currency: Type.Optional(
      Type.String({ format: 'currency', description: 'of rows without one; default the program’s' }),
    ),
  },
  {
    $id: 'StartImportRequest',
    examples: [
      {
        kind: 'payments',
        program_id: 42,
        file_name: 'payments.csv',
        file_digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        rows: 1,
        columns: ['transaction_id', 'amount', 'occurred_at'],
      },
    ],
  },
);
export type StartImportRequest = Static<typeof StartImportRequest>;

const count = Type.Integer();

export const ImportItem = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum([...importKinds]),
  program_id: Type.Union([Type.Integer(), Type.Null()]),
  website_id: Type.Union([Type.String(), Type.Null()]),
  table: Type.Union([Type.String(), Type.Null()]),
  file_name: Type.Union([Type.String(), Type.Null()]),
  dry_run: Type.Boolean(),
  commissions: Type.Boolean(),
  state: Type.Enum(['running', 'done']),
  fields: Type.Array(Type.Object({ field: Type.String(), column: Type.String() }), {
    description: 'what each row is to be sent with, in this order',
  }),
  rows: Type.Integer({ description: 'how many there are' }),
  rows_read: count,
  taken: Type.Integer({ description: 'stored by this import; of a dry run: what would be' }),
  already_there: Type.Integer({ description: 'known before, from wherever: nothing was made of them' }),
  refused: count,
  next_part: Type.Integer({ description: 'the first one that is missing: where to go on' }),
  sums: Type.Array(
    Type.Object({
      currency: Type.String(),
      payments: count,
      amount_cents: Type.Integer(),
      refunded_cents: Type.Integer(),
      attributed_cents: Type.Integer({ description: 'of payments that a partner brought' }),
      commission_cents: Type.Integer({ description: 'what partners earn by them' }),
    }),
    { description: 'of the payments taken' },
  ),
  created_by: Type.String(),
  created_at: iso,
  done_at: Type.Union([iso, Type.Null()]),
});
export type ImportItem = Static<typeof ImportItem>;

export const ImportQuery = Type.Object({ ...ListQuery.properties });

export const ImportRowsRequest = Type.Object(
  {
    part: Type.Integer({ minimum: 1, maximum: maxImportRows, description: 'counted from 1' }),
    rows: Type.Array(
      Type.Object({
        line: Type.Integer({
          minimum: 1,
          maximum: 2_000_000_000,
          description: 'where it stands in the file',
        }),
        values: Type.Array(Type.String({ maxLength: maxCell }), {
          maxItems: 100,
          description: 'one for each of the import’s fields',
        }),
      }),
      { minItems: 1, maxItems: maxRowsOfPart },
    ),
  },
  {
    $id: 'ImportRowsRequest',
    examples: [{ part: 1, rows: [{ line: 2, values: ['order_1042', '99.00', '2026-03-02'] }] }],
  },
);
export type ImportRowsRequest = Static<typeof ImportRowsRequest>;

export const ImportPartAnswer = Type.Object({
  part: Type.Integer(),
  taken: count,
  already_there: count,
  refused: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() })),
  import: ImportItem,
});
export type ImportPartAnswer = Static<typeof ImportPartAnswer>;

export const ImportedDaysQuery = Type.Object({
  ...ListQuery.properties,
  table: Type.Optional(Type.Enum([...plausibleTables], { description: 'default imported_visitors' })),
  from: Type.Optional(Type.String({ description: 'first day' })),
  to: Type.Optional(Type.String({ description: 'last day' })),
});

export const ImportedDay = Type.Object({
  date: Type.String(),
  dimensions: Type.Record(Type.String(), Type.String()),
  metrics: Type.Record(Type.String(), Type.Integer()),
});
export type ImportedDay = Static<typeof ImportedDay>;

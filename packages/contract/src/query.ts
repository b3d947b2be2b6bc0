/** The query engine of reports: what can be asked, of what, and how it is answered. */
import Type, { type Static } from 'typebox';

export const reportMetrics = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'bounce_rate',
  'visit_duration',
  'pages_per_visit',
  'conversions',
  'converters',
  'goal_rate',
  'goal_value_cents',
  'clicks',
  'leads',
  'customers',
  'payments',
  'gross_revenue_cents',
  'net_revenue_cents',
  'refunds_cents',
  'average_order_value_cents',
  'revenue_per_visitor_cents',
  'ltv_cents',
  'commissions_cents',
  'fees_cents',
  'lead_rate',
  'conversion_rate',
  'lead_conversion_rate',
] as const;
export type ReportMetric = (typeof reportMetrics)[number];

export const reportDimensions = [
  'channel',
  'source',
  'medium',
  'campaign',
  'term',
  'content',
  'click_id_kind',
  'referrer',
  'landing_page',
  'exit_page',
  'page',
  'country',
  'region',
  'city',
  'device',
  'browser',
  'os',
  'language',
  'partner',
  'link',
  'group',
  'product',
  'plan',
  'currency',
  'visitor_type',
  'goal',
  'hour',
  'day',
  'week',
  'month',
] as const;
export type ReportDimension = (typeof reportDimensions)[number];

export const timeDimensions = ['hour', 'day', 'week', 'month'] as const;
export type TimeDimension = (typeof timeDimensions)[number];

export const filterOperators = ['is', 'is_not', 'contains', 'wildcard'] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** A condition, or a group of them. */
export type ReportFilter =
  | { dimension: ReportDimension; operator: FilterOperator; values: string[] }
  | { and: ReportFilter[] }
  | { or: ReportFilter[] };

const condition = Type.Object({
  dimension: Type.Enum([...reportDimensions]),
  operator: Type.Enum([...filterOperators], {
    description:
      '`is`, `is_not`: one, none of the values. `contains`: any of them, in any case. `wildcard`: `*` stands for any text, `?` for one character',
  }),
  values: Type.Array(Type.String({ maxLength: 255 }), { minItems: 1, maxItems: 100 }),
});

const filters = Type.Array(
  Type.Union([
    condition,
    Type.Object({ and: Type.Array(Type.Unknown()) }),
    Type.Object({ or: Type.Array(Type.Unknown()) }),
  ]),
  {
    maxItems: 50,
    description:
      'all must hold. A condition `{dimension, operator, values}`, or a group of such: `{"and":[…]}`, `{"or":[…]}`, nested at will',
  },
);

const order = Type.Object({
  by: Type.String({ maxLength: 64, description: 'one of the metrics or dimensions asked for' }),
  direction: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'default desc' })),
});

export const QueryRequest = Type.Object(
  {
    program_id: Type.Optional(Type.Integer({ minimum: 1, description: 'this or website_id' })),
    website_id: Type.Optional(Type.String({ maxLength: 255, description: 'this or program_id' })),
    metrics: Type.Array(Type.Enum([...reportMetrics]), { minItems: 1, maxItems: reportMetrics.length }),
    dimensions: Type.Optional(
      Type.Array(Type.Enum([...reportDimensions]), {
        maxItems: 4,
        description: 'by what to break down; none: one row of totals. Of hour, day, week, month at most one',
      }),
    ),
    from: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'day (in the website’s time zone) or instant; default 29 days ago',
      }),
    ),
    to: Type.Optional(
      Type.String({ maxLength: 64, description: 'day or instant, inclusive; default today' }),
    ),
    filters: Type.Optional(filters),
    segment: Type.Optional(
      Type.String({
        pattern: '^[^\\u0000]*$',
        maxLength: 255,
        description: 'name of a saved segment, whose filters must hold too',
      }),
    ),
    compare: Type.Optional(
      Type.Enum(['previous_period', 'previous_year'], {
        description: 'answers each row with what it was then, as `previous`',
      }),
    ),
    order_by: Type.Optional(
      Type.Array(order, {
        maxItems: 5,
        description: 'default: by time where asked for, else the first metric, largest first',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'rows; default 100, at most 10000 in JSON; a file holds all by default',
      }),
    ),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'rows to pass over' })),
    currency: Type.Optional(
      Type.String({
        format: 'currency',
        maxLength: 3,
        'x-message': 'currency must be an ISO 4217 code',
        description: 'of all amounts; default the program’s or website’s',
      }),
    ),
    format: Type.Optional(
      Type.Enum(['json', 'csv', 'parquet'], {
        description: 'csv and parquet are streamed files of the rows; so does `Accept: text/csv` ask',
      }),
    ),
  },
  {
    $id: 'QueryRequest',
    examples: [
      {
        program_id: 42,
        metrics: ['visits', 'gross_revenue_cents'],
        dimensions: ['channel'],
        from: '2026-03-01',
        to: '2026-03-31',
        filters: [{ dimension: 'country', operator: 'is', values: ['DE', 'AT'] }],
      },
    ],
  },
);
export type QueryRequest = Omit<Static<typeof QueryRequest>, 'filters'> & { filters?: ReportFilter[] };

const values = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
  description: 'by metric; null where there is nothing to divide by',
});

export const QueryAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      dimensions: Type.Record(Type.String(), Type.String(), {
        description:
          'empty: none, e.g. a direct visit. Days and weeks as YYYY-MM-DD, months as YYYY-MM, hours as instants',
      }),
      metrics: values,
      previous: Type.Optional(values),
      names: Type.Optional(
        Type.Record(Type.String(), Type.String(), { description: 'of partner, link and group ids' }),
      ),
    }),
  ),
  next_offset: Type.Union([Type.Integer(), Type.Null()]),
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time', description: 'the last instant inside' }),
  compared: Type.Optional(
    Type.Object({ from: Type.String({ format: 'date-time' }), to: Type.String({ format: 'date-time' }) }),
  ),
  time_zone: Type.String(),
  currency: Type.String({ description: 'of all amounts in rows' }),
  currencies: Type.Array(
    Type.Object({
      currency: Type.String(),
      payments: Type.Integer(),
      gross_revenue_cents: Type.Integer(),
      refunds_cents: Type.Integer(),
      commissions_cents: Type.Integer(),
      fees_cents: Type.Integer(),
      unconverted_days: Type.Array(Type.String(), {
        description:
          'days that no exchange rate is known for: what happened on them is not in the amounts of rows',
      }),
    }),
    { description: 'where amounts are asked for: what there was in each currency, before conversion' },
  ),
  lag_seconds: Type.Number({ description: 'age of the oldest event that the report cannot see yet' }),
});
export type QueryAnswer = Static<typeof QueryAnswer>;

const segmentFields = {
  name: Type.String({ maxLength: 255, pattern: '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$' }),
  filters,
};

export const AddSegmentRequest = Type.Object(
  {
    program_id: Type.Optional(Type.Integer({ minimum: 1, description: 'this or website_id' })),
    website_id: Type.Optional(Type.String({ maxLength: 255, description: 'this or program_id' })),
    ...segmentFields,
  },
  {
    $id: 'AddSegmentRequest',
    examples: [
      {
        program_id: 42,
        name: 'Newsletter',
        filters: [{ dimension: 'channel', operator: 'is', values: ['email'] }],
      },
    ],
  },
);

export const SegmentsQuery = Type.Object({
  program_id: Type.Optional(Type.String({ description: 'this or website_id' })),
  website_id: Type.Optional(Type.String({ description: 'this or program_id' })),
});

export const SegmentItem = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  program_id: Type.Union([Type.Integer(), Type.Null()]),
  website_id: Type.Union([Type.String(), Type.Null()]),
  filters,
  created_at: Type.String({ format: 'date-time' }),
});
export type SegmentItem = Static<typeof SegmentItem>;

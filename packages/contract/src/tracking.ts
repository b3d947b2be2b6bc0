/** Reading a program's tracking (contract §10). */
import Type from 'typebox';

const nullable = (what: ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>) =>
  Type.Union([what, Type.Null()]);
const date = { description: 'a day of UTC, or an instant in it; inclusive' };

export const TrackingEventsQuery = Type.Object({
  page: Type.Optional(Type.String({ description: 'from 1' })),
  pageSize: Type.Optional(Type.String({ description: 'default 10, at most 100' })),
  eventType: Type.Optional(Type.Enum(['click', 'lead', 'conversion'])),
  dateFrom: Type.Optional(Type.String(date)),
  dateTo: Type.Optional(Type.String(date)),
});

export const TrackingEventsAnswer = Type.Object({
  data: Type.Array(
    Type.Object(
      {
        id: Type.Integer(),
        event_type: Type.Enum(['click', 'lead', 'conversion']),
        timestamp: Type.String({ format: 'date-time' }),
        createdAt: Type.String({ format: 'date-time' }),
        click_id: nullable(Type.String()),
      },
      { additionalProperties: true, description: 'and what a click, a lead or a conversion has of its own' },
    ),
  ),
  meta: Type.Object({
    pagination: Type.Object({
      page: Type.Integer(),
      pageSize: Type.Integer(),
      pageCount: Type.Integer(),
      total: Type.Integer(),
    }),
  }),
});

export const TrackingPerformanceQuery = Type.Object({
  period: Type.Optional(Type.Enum(['7d', '30d', '90d', 'all'], { description: 'default 7d' })),
  dateFrom: Type.Optional(Type.String({ description: `${date.description}; with dateTo, wins over period` })),
  dateTo: Type.Optional(Type.String(date)),
});

export const TrackingPerformanceAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      date: Type.String(),
      period: Type.String(),
      clicks: Type.Integer(),
      leads: Type.Integer(),
      conversions: Type.Integer(),
      partners: Type.Integer(),
      sales: Type.Integer(),
      revenue: Type.Number(),
      commission: Type.Number(),
    }),
  ),
  metrics: Type.Object({}, { additionalProperties: true }),
  meta: Type.Object({
    period: Type.String(),
    dateFrom: Type.String(),
    dateTo: Type.String(),
    previousPeriod: Type.Object({ dateFrom: Type.String(), dateTo: Type.String() }),
  }),
});

export const TrackingStatusAnswer = Type.Object({ data: Type.Object({}, { additionalProperties: true }) });

/** A refusal where no code is promised (contract §1). */
export const PlainRefusal = Type.Object({ error: Type.String() });

import { filterOperators, reportDimensions, reportMetrics } from '@headwater/contract';
import type { QueryRequest, ReportFilter, ReportMetric } from '@headwater/sdk/server';
import { z } from 'zod';
import { type Tool, tool } from '../tool.ts';

interface List<Item> {
  data: Item[];
  next_cursor: string | null;
}

const pageOfList = 200;

const listPrograms: Tool = tool({
  name: 'list_programs',
  title: 'List programs',
  description:
    'The affiliate programs of the workspace: their ids, domains, terms of attribution and status.',
  effects: { readOnly: true, idempotent: true },
  input: {},
  output: {
    programs: z.array(
      z.looseObject({ id: z.int(), name: z.string(), domain: z.string(), status: z.string() }),
    ),
    has_more: z.boolean(),
  },
  async run(api) {
    const path = `/api/v1/programs?limit=${pageOfList}`;
    const { data, next_cursor } = await api.ask<List<object>>('GET', path, { keys: ['key'] });
    return { says: `${data.length} programs.`, data: { programs: data, has_more: next_cursor !== null } };
  },
});

const listWebsites: Tool = tool({
  name: 'list_websites',
  title: 'List websites',
  description: 'The tracked websites of the workspace: their ids, domains, time zones and bound programs.',
  effects: { readOnly: true, idempotent: true },
  input: {},
  output: {
    websites: z.array(z.looseObject({ website_id: z.string(), domain: z.string() })),
    has_more: z.boolean(),
  },
  async run(api) {
    const path = `/api/v1/websites?limit=${pageOfList}`;
    const { data, next_cursor } = await api.ask<List<object>>('GET', path, { keys: ['key'] });
    return { says: `${data.length} websites.`, data: { websites: data, has_more: next_cursor !== null } };
  },
});

interface Explained {
  payment: { id: number; amount_cents: number; currency: string; transaction_id: string };
  attribution: { attributed: boolean; reason: string | null; method: string | null } | null;
  commissions: { partner_id: number; amount_cents: number; status: string }[];
}

const explainPayment: Tool = tool({
  name: 'explain_payment',
  title: 'Explain a payment',
  description:
    'Why a payment earns its partner something, or does not: the evidence, the clicks that lost and why, the terms, the arithmetic, the ledger entries, and warnings about the integration.',
  effects: { readOnly: true, idempotent: true },
  input: { payment_id: z.int().min(1).describe('the sale_id that track_sale answered') },
  output: {
    payment: z.looseObject({
      id: z.int(),
      transaction_id: z.string(),
      amount_cents: z.int(),
      currency: z.string(),
    }),
    attribution: z.looseObject({ attributed: z.boolean(), reason: z.string().nullable() }).nullable(),
    policy: z.looseObject({}).nullable(),
    arithmetic: z.array(z.looseObject({ step: z.string(), text: z.string(), result: z.int() })),
    commission: z.looseObject({}).nullable(),
    commissions: z.array(z.looseObject({ id: z.int(), partner_id: z.int(), amount_cents: z.int() })),
    ledger: z.array(z.looseObject({ account: z.string(), amount_cents: z.int() })),
  },
  async run(api, { payment_id }) {
    const path = `/api/v1/payments/${payment_id}/explain`;
    const { data } = await api.ask<{ data: Explained }>('GET', path, { keys: ['token', 'key'] });
    return { says: sentenceOf(data), data };
  },
});

function sentenceOf({ payment, attribution, commissions }: Explained): string {
  const what = `Payment ${payment.id} (${payment.transaction_id}), ${payment.amount_cents} ${payment.currency} in minor units`;
  const [first] = commissions;
  if (first !== undefined)
    return `${what}: partner ${first.partner_id} earns ${first.amount_cents} (${first.status}), matched by ${attribution?.method ?? 'nothing'}.`;
  return `${what}: nobody earns by it, because of ${attribution?.reason ?? 'no partner being asked about'}.`;
}

const usualMetrics: ReportMetric[] = ['gross_revenue_cents', 'payments'];

const condition = z.object({
  dimension: z.enum(reportDimensions),
  operator: z.enum(filterOperators).describe('wildcard: * stands for any text, ? for one character'),
  values: z.array(z.string().max(255)).min(1).max(100),
});

const queryReports: Tool = tool({
  name: 'query_reports',
  title: 'Ask for a report',
  description:
    'Any metrics by any dimensions, for a program or a website: revenue by channel, sign-ups by country, conversion by partner and day. All filters must hold. Amounts are in minor units.',
  effects: { readOnly: true, idempotent: true },
  input: {
    program_id: z.int().min(1).optional().describe('this or website_id; list_programs tells it'),
    website_id: z.string().max(255).optional().describe('this or program_id; list_websites tells it'),
    metrics: z
      .array(z.enum(reportMetrics))
      .min(1)
      .optional()
      .describe('default gross_revenue_cents and payments'),
    dimensions: z
      .array(z.enum(reportDimensions))
      .max(4)
      .optional()
      .describe('by what to break down; none: one row of totals. Of hour, day, week, month at most one'),
    from: z
      .string()
      .max(64)
      .optional()
      .describe('first day, as 2026-03-01, or an instant; default 29 days ago'),
    to: z.string().max(64).optional().describe('last day or instant, inclusive; default today'),
    filters: z.array(condition).max(50).optional(),
    segment: z.string().max(255).optional().describe('name of a saved segment, whose filters must hold too'),
    compare: z.enum(['previous_period', 'previous_year']).optional(),
    order_by: z
      .array(z.object({ by: z.string().max(64), direction: z.enum(['asc', 'desc']).optional() }))
      .max(5)
      .optional(),
    limit: z.int().min(1).max(1000).optional().describe('rows; default 100'),
    offset: z.int().min(0).optional().describe('rows to pass over: next_offset of the answer before'),
    currency: z.string().length(3).optional().describe('of all amounts; default the program’s or website’s'),
  },
  output: {
    rows: z.array(
      z.looseObject({
        dimensions: z.record(z.string(), z.string()),
        metrics: z.record(z.string(), z.number().nullable()),
      }),
    ),
    next_offset: z.int().nullable(),
    from: z.string(),
    to: z.string(),
    time_zone: z.string(),
    currency: z.string(),
    lag_seconds: z.number().describe('age of the oldest event that the report cannot see yet'),
  },
  async run(api, { metrics = usualMetrics, filters = [], ...question }) {
    api.need('key');
    const given = Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
    const data = await api.sdk.query({
      ...(given as Partial<QueryRequest>),
      metrics,
      ...(filters.length === 0 ? {} : { filters: filters as ReportFilter[] }),
    });
    const rows = `${data.rows.length} rows${data.next_offset === null ? '' : ', and more'}`;
    return { says: `${rows}, ${data.from} to ${data.to} (${data.time_zone}), in ${data.currency}.`, data };
  },
});

export const askingTools: readonly Tool[] = [listPrograms, listWebsites, explainPayment, queryReports];

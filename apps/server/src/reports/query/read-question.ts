import {
  filterOperators,
  QueryRequest,
  type ReportDimension,
  type ReportFilter,
  type ReportMetric,
  reportDimensions,
} from '@headwater/contract';
import { AppError, reader } from '../../platform/index.ts';
import { isTime } from './dimensions.ts';
import type { Question } from './question.ts';

const queryReader = reader(QueryRequest);
const maxDepth = 5;
const maxConditions = 100;
const maxJsonRows = 10_000;

export type Format = 'json' | 'csv' | 'parquet';

/** The request as far as it can be read without knowing whose it is. 400 in the contract's words. */
export function readRequest(body: Record<string, unknown>, accept: string | null) {
  const request = queryReader.read(body) as QueryRequest;
  const { metrics, dimensions = [] } = request;
  if (new Set(metrics).size < metrics.length)
    throw new AppError('invalid_request', 'metrics is invalid: one stands twice');
  if (new Set(dimensions).size < dimensions.length)
    throw new AppError('invalid_request', 'dimensions is invalid: one stands twice');
  if (dimensions.filter(isTime).length > 1)
    throw new AppError('invalid_request', 'dimensions is invalid: of hour, day, week, month at most one');
  const format = request.format ?? formatAccepted(accept);
  const { limit } = request;
  if (format === 'json' && limit !== undefined && limit > maxJsonRows)
    throw new AppError('invalid_request', `limit must not exceed ${maxJsonRows}`);
  return {
    ...request,
    dimensions,
    format,
    filters: readFilters(request.filters),
    orderBy: readOrder(request, metrics, dimensions),
    limit: limit ?? (format === 'json' ? 100 : 1_000_000),
    offset: request.offset ?? 0,
  };
}

function formatAccepted(accept: string | null): Format {
  if (accept !== null && /\btext\/csv\b/.test(accept)) return 'csv';
  return accept !== null && /\bapplication\/vnd\.apache\.parquet\b/.test(accept) ? 'parquet' : 'json';
}

function readOrder(
  { order_by: told = [] }: QueryRequest,
  metrics: readonly ReportMetric[],
  dimensions: readonly ReportDimension[],
): Question['orderBy'] {
  const order = told.map(({ by, direction = 'desc' }) => {
    const column = [...metrics, ...dimensions].find((one) => one === by);
    if (column === undefined)
      throw new AppError(
        'invalid_request',
        'order_by is invalid: by is none of the metrics and dimensions asked for',
      );
    return { by: column, direction: direction as 'asc' | 'desc' };
  });
  if (new Set(order.map(({ by }) => by)).size < order.length)
    throw new AppError('invalid_request', 'order_by is invalid: one stands twice');
  if (order.length > 0) return order;
  const time = dimensions.find(isTime);
  return time === undefined
    ? [{ by: metrics[0] as ReportMetric, direction: 'desc' }]
    : [{ by: time, direction: 'asc' }];
}

/** Filters as they were told, or as they were saved. 400 `filters is invalid: …` */
export function readFilters(told: unknown): ReportFilter[] {
  if (told === undefined || told === null) return [];
  if (!Array.isArray(told)) throw refused('it is no list');
  const budget = { left: maxConditions };
  return told.map((one) => readFilter(one, 1, budget));
}

function refused(why: string): AppError {
  return new AppError('invalid_request', `filters is invalid: ${why}`);
}

function readFilter(told: unknown, depth: number, budget: { left: number }): ReportFilter {
  if (told === null || typeof told !== 'object' || Array.isArray(told))
    throw refused('a condition is no object');
  if (depth > maxDepth) throw refused(`groups are nested more than ${maxDepth} deep`);
  budget.left -= 1;
  if (budget.left < 0) throw refused(`more than ${maxConditions} conditions`);
  const fields = told as Record<string, unknown>;
  for (const kind of ['and', 'or'] as const) {
    const parts = Object.hasOwn(fields, kind) ? fields[kind] : undefined;
    if (parts === undefined) continue;
    if (!Array.isArray(parts) || parts.length === 0) throw refused(`${kind} is no list of conditions`);
    const read = parts.map((part) => readFilter(part, depth + 1, budget));
    return kind === 'and' ? { and: read } : { or: read };
  }
  const dimension = reportDimensions.find((one) => one === fields.dimension);
  if (dimension === undefined) throw refused('dimension is unknown');
  const operator = filterOperators.find((one) => one === fields.operator);
  if (operator === undefined) throw refused(`operator is none of ${filterOperators.join(', ')}`);
  const { values } = fields;
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.length <= 255 && !value.includes('\u0000') && value.isWellFormed();
  if (!Array.isArray(values) || values.length === 0 || values.length > 100 || !values.every(isText))
    throw refused('values is no list of 1 to 100 texts');
  return { dimension, operator, values };
}

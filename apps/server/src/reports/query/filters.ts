import type { ReportFilter } from '@headwater/contract';
import { expressionOf, type Source } from './dimensions.ts';

/** Values of a query, bound under names of their own. */
export class Params {
  readonly values: Record<string, unknown> = {};
  #count = 0;

  /** The placeholder for a value. */
  bind(value: unknown, type: string): string {
    const name = `p${this.#count}`;
    this.#count += 1;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

/** The filters as a condition over a source, every one of which knows their dimensions. `''` for none. */
export function conditionOf(
  filters: readonly ReportFilter[],
  read: (dimension: ReportFilter & { dimension: unknown }) => string,
  params: Params,
): string {
  return filters.map((filter) => `(${one(filter, read, params)})`).join(' and ');
}

/** How a source reads the dimension of a filter. */
export function readFrom(source: Source) {
  return (filter: { dimension: unknown }): string =>
    expressionOf(filter.dimension as Parameters<typeof expressionOf>[0], source) as string;
}

function one(
  filter: ReportFilter,
  read: (filter: ReportFilter & { dimension: unknown }) => string,
  params: Params,
): string {
  if ('and' in filter) return filter.and.map((part) => `(${one(part, read, params)})`).join(' and ');
  if ('or' in filter) return filter.or.map((part) => `(${one(part, read, params)})`).join(' or ');
  const value = read(filter);
  switch (filter.operator) {
    case 'is':
      return `${value} in ${params.bind(filter.values, 'Array(String)')}`;
    case 'is_not':
      return `${value} not in ${params.bind(filter.values, 'Array(String)')}`;
    case 'contains':
      return filter.values
        .map((text) => `positionCaseInsensitiveUTF8(${value}, ${params.bind(text, 'String')}) > 0`)
        .join(' or ');
    case 'wildcard':
      return filter.values
        .map((text) => `${value} like ${params.bind(patternOf(text), 'String')}`)
        .join(' or ');
  }
}

/** A pattern of LIKE: `*` any text, `?` one character, everything else itself. */
function patternOf(wildcard: string): string {
  return wildcard
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

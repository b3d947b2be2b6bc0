import { dayMs } from '../clock.ts';
import { AppError } from '../errors.ts';
import { parseInstant } from './read-body.ts';

/** Part of a list, and where the next part begins. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

type Query = Readonly<Record<string, unknown>>;

const maxLimit = 200;
const largestInteger = 2_147_483_647;

/** `limit` of a list: 50 when absent, 1 to 200; else 400 `limit is invalid`. */
export function readLimit(query: Query, fallback = 50): number {
  if (query.limit === undefined) return fallback;
  const limit = typeof query.limit === 'string' && /^\d{1,3}$/.test(query.limit) ? Number(query.limit) : 0;
  if (limit < 1 || limit > maxLimit) throw new AppError('invalid_request', 'limit is invalid');
  return limit;
}

const cursorParts = {
  /** An integer id. */
  id: (part: string) => /^\d{1,10}$/.test(part) && Number(part) <= largestInteger,
  /** A bigint id. */
  longId: (part: string) => /^\d{1,18}$/.test(part),
  opaque: (part: string) => /^[\w-]{1,255}$/.test(part),
  /** PostgreSQL knows no year 0; fractions of a second are kept whole, a Date would cut them to milliseconds. */
  instant: (part: string) => parseInstant(part) !== undefined && !part.startsWith('0000'),
} as const;
export type CursorPart = keyof typeof cursorParts;

/**
 * The sort key of the last row that the caller has seen, as texts in the order of the list's sort columns; undefined
 * for the first page. 400 `cursor is invalid` for anything that this kind of list never handed out.
 */
export function readCursor(query: Query, kinds: readonly CursorPart[]): string[] | undefined {
  if (query.cursor === undefined) return undefined;
  const parts = decodeCursor(query.cursor);
  const fits =
    parts !== undefined &&
    parts.length === kinds.length &&
    kinds.every((kind, index) => cursorParts[kind](parts[index] as string));
  if (!fits) throw new AppError('invalid_request', 'cursor is invalid');
  return parts;
}

function decodeCursor(cursor: unknown): string[] | undefined {
  if (typeof cursor !== 'string' || !/^[\w-]{1,1024}$/.test(cursor)) return undefined;
  const parts = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  return parts.some((part) => part === '') ? undefined : parts;
}

/**
 * Makes a page of rows that were asked for with one more than `limit`: the surplus row tells that there is a next page.
 * The cursor is the sort key of the last row shown, so rows inserted meanwhile neither repeat nor hide others.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  sortKey: (row: Row) => readonly (string | number | bigint)[],
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    data: shown.map(toItem),
    next_cursor: more ? Buffer.from(sortKey(last).join('\n')).toString('base64url') : null,
  };
}

/**
 * `from` and `to` of a list, both inclusive: instants, or days in UTC. Answers the first instant inside and the first
 * one outside again; 400 `<name> is invalid`.
 */
export function readRange(query: Query): { from: Date | undefined; before: Date | undefined } {
  const from = readMoment(query, 'from');
  const to = readMoment(query, 'to');
  // Instants are kept to the millisecond: the next one is the first outside.
  const length = to?.isDay ? dayMs : 1;
  return { from: from?.at, before: to && new Date(to.at.getTime() + length) };
}

function readMoment(query: Query, name: 'from' | 'to'): { at: Date; isDay: boolean } | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
  const at = parseInstant(isDay ? `${value}T00:00:00Z` : value);
  if (at === undefined) throw new AppError('invalid_request', `${name} is invalid`);
  return { at, isDay };
}

/** The filters that every list of what happened takes; 400 `<name> is invalid`. */
export interface ActivityFilter {
  limit: number;
  /** `[instant, id]` of the last row seen. */
  cursor: string[] | undefined;
  from: Date | undefined;
  before: Date | undefined;
  partnerId: number | undefined;
  isTest: boolean;
}

export function readActivityFilter(
  query: Query,
  cursor: readonly CursorPart[] = ['instant', 'longId'],
): ActivityFilter {
  return {
    limit: readLimit(query),
    cursor: readCursor(query, cursor),
    ...readRange(query),
    partnerId: readIdFilter(query, 'partner_id'),
    isTest: readChoice(query, 'is_test', ['true', 'false']) === 'true',
  };
}

/** A filter by an integer id; 400 `<name> is invalid`. */
export function readIdFilter(query: Query, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const id = smallId(value);
  if (id === undefined) throw new AppError('invalid_request', `${name} is invalid`);
  return id;
}

/** A filter by one of a closed list of words; 400 `<name> is invalid`. */
export function readChoice<Choice extends string>(
  query: Query,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new AppError('invalid_request', `${name} is invalid`);
  return choice;
}

/** An id as it stands in a path or a query: digits of a PostgreSQL integer; undefined for what no row can have. */
export function smallId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isInteger(id) && id > 0 && id <= largestInteger ? id : undefined;
}

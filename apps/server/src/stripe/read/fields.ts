/** Reading objects of any API version: ids may be expanded, keys may be missing or null. What must be there raises. */

export type Fields = Readonly<Record<string, unknown>>;

/** An event that cannot be read. It stays in the inbox with these words, and is tried again. */
export class UnreadableEvent extends Error {
  override name = 'UnreadableEvent';
}

export function fieldsOf(value: unknown, what: string): Fields {
  const fields = maybeFields(value);
  if (fields === null) throw new UnreadableEvent(`${what} is not an object`);
  return fields;
}

export function maybeFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The id of an object that may be expanded; null when there is none. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  const id = maybeFields(value)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function integerOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** An amount or instant that has to be there: without it nothing may be guessed. */
export function getInteger(fields: Fields, name: string, what: string): number {
  const value = integerOf(fields[name]);
  if (value === null) throw new UnreadableEvent(`${what} has no ${name}`);
  return value;
}

export function getText(fields: Fields, name: string, what: string): string {
  const value = textOf(fields[name]);
  if (value === null) throw new UnreadableEvent(`${what} has no ${name}`);
  return value;
}

export function listOf(value: unknown): Fields[] {
  const items = Array.isArray(value) ? value : maybeFields(value)?.data;
  if (!Array.isArray(items)) return [];
  return items.map(maybeFields).filter((item) => item !== null);
}

export function presentIds(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter((id): id is string => id !== null))];
}

import type { Static, TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Format } from 'typebox/format';
import { parseCurrency } from '../../money/index.ts';
import { AppError } from '../errors.ts';
import { isEmail } from '../secrets.ts';

Format.Set('email', isEmail);
Format.Set('currency', (text) => parseCurrency(text) !== undefined);
Format.Set('date-time', (text) => parseInstant(text) !== undefined);

interface Field {
  name: string;
  required: boolean;
  lenient: boolean;
  maxLength: number | null;
  maximum: number | null;
  message: string;
  check(value: unknown): boolean;
}

interface Reader<Schema extends TObject> {
  /** The listed fields of the body, checked in the order of the schema; the first fault is refused (400). */
  read(body: Record<string, unknown>): Static<Schema>;
}

/**
 * Reads a request by the same schema that documents it. `null` in an optional field means absent, unlisted fields are
 * ignored, descriptive fields (`x-lenient`) are never refused, and a fault is worded as the contract says (§1).
 */
export function reader<Schema extends TObject>(schema: Schema): Reader<Schema> {
  const required = new Set((schema as unknown as { required?: string[] }).required ?? []);
  const fields = Object.entries(schema.properties).map(([name, property]) =>
    compileField(name, property as TSchema, required.has(name)),
  );
  return {
    read(body) {
      const values: Record<string, unknown> = {};
      for (const field of fields) {
        const value = readField(field, body[field.name]);
        if (value !== undefined) values[field.name] = value;
      }
      return values as Static<Schema>;
    },
  };
}

function compileField(name: string, property: TSchema, required: boolean): Field {
  const words = property as unknown as Record<string, unknown>;
  const compiled = Compile(property);
  const maxLength = typeof words.maxLength === 'number' ? words.maxLength : longestText(words);
  return {
    name,
    required,
    lenient: words['x-lenient'] === true,
    maxLength,
    maximum: typeof words.maximum === 'number' ? words.maximum : null,
    message: typeof words['x-message'] === 'string' ? words['x-message'] : `${name} is invalid`,
    check: (value) => compiled.Check(value),
  };
}

function longestText(words: Record<string, unknown>): number | null {
  const members = Array.isArray(words.anyOf) ? (words.anyOf as Record<string, unknown>[]) : [];
  const texts = members.filter((member) => member.type === 'string' && typeof member.maxLength === 'number');
  return texts.length > 0 ? Math.max(...texts.map((member) => member.maxLength as number)) : null;
}

function readField(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (field.required) throw new AppError('invalid_request', field.message);
    return undefined;
  }
  if (field.lenient) return readLenient(field, value);
  if (field.check(value)) return value;
  if (typeof value === 'string' && field.maxLength !== null && isOverlongOrNul(value, field.maxLength)) {
    throw new AppError(
      'invalid_request',
      `${field.name} must be a string of at most ${field.maxLength} characters`,
    );
  }
  if (
    typeof value === 'number' &&
    field.maximum !== null &&
    Number.isInteger(value) &&
    value > field.maximum
  ) {
    throw new AppError('invalid_request', `${field.name} must not exceed ${field.maximum}`);
  }
  throw new AppError('invalid_request', field.message);
}

function isOverlongOrNul(value: string, maxLength: number): boolean {
  return value.length > maxLength || value.includes('\u0000');
}

function readLenient(field: Field, value: unknown): unknown {
  if (typeof value === 'string' && field.maxLength !== null) return lenientText(value, field.maxLength);
  return field.check(value) ? value : undefined;
}

/** A descriptive text: wrong type or blank counts as absent, U+0000 is taken out, what is too long is cut. */
export function lenientText(value: unknown, maxLength = 255): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = value.includes('\u0000') ? value.replaceAll('\u0000', '') : value;
  // A cut may split a surrogate pair, and a caller may send half of one: UTF-8 cannot hold it.
  const cut = clean.length > maxLength ? clean.slice(0, maxLength) : clean;
  return (cut.isWellFormed() ? cut : cut.toWellFormed()) || undefined;
}

const instantPattern =
  /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})$/;

/** ISO 8601 with `Z` or an offset; undefined for anything else, dates that do not exist included. */
export function parseInstant(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !instantPattern.test(text)) return undefined;
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) return undefined;
  // Date accepts 2026-02-30 as 2 March: the day must be what was written
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return day.getUTCDate() === Number(text.slice(8, 10)) ? parsed : undefined;
}

/** The JSON text of a value, or undefined when it is longer than `maxBytes` or nested beyond what can be written. */
export function boundedJson(value: unknown, maxBytes: number): string | undefined {
  try {
    const text = JSON.stringify(value);
    if (text === undefined || Buffer.byteLength(text) > maxBytes) return undefined;
    // U+0000 is legal JSON (\u0000) but PostgreSQL cannot hold it as text
    return text.includes('\\u0000') ? text.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1') : text;
  } catch {
    return undefined;
  }
}

/** An id written as a whole number or as digits. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

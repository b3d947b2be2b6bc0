import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { endings, words } from './words.ts';

type Words = Record<string, unknown>;

/** Fields that may be left out: `none` of them, or `all`. What a schema says with `examples` goes before. */
export type Optionals = 'none' | 'all';

/**
 * An example of a schema, made from the schema itself: its own `examples`, else what fields of that name look like
 * (words.ts), else the simplest value that it allows.
 */
export function exampleOf(schema: TSchema, optionals: Optionals, name = ''): unknown {
  const own = schema as unknown as Words;
  if (Array.isArray(own.examples)) return own.examples[0];
  if (own.const !== undefined) return own.const;
  const known = knownWords(name).find((word) => Check(schema, word));
  if (known !== undefined) return known;
  if (Array.isArray(own.enum)) return own.enum[0];
  if (Array.isArray(own.anyOf)) return exampleOf(own.anyOf[0] as TSchema, optionals, name);
  switch (own.type) {
    case 'object':
      return exampleObject(own, optionals, name);
    case 'array':
      return own.maxItems === 0 ? [] : [exampleOf(own.items as TSchema, optionals, singular(name))];
    case 'integer':
    case 'number':
      return typeof own.minimum === 'number' ? Math.max(own.minimum, 1) : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return own.format === 'date-time' ? '2026-03-02T10:15:00.000Z' : (name || 'text').replaceAll('_', ' ');
    default:
      return {};
  }
}

function knownWords(name: string): readonly unknown[] {
  return words[name] ?? endings.find(([ending]) => ending.test(name))?.[1] ?? [];
}

function exampleObject(schema: Words, optionals: Optionals, name: string): Words {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, TSchema>);
  const required = new Set((schema.required ?? []) as string[]);
  const wanted = properties.filter(([field]) => required.has(field) || optionals === 'all');
  if (wanted.length > 0)
    return Object.fromEntries(wanted.map(([field, own]) => [field, exampleOf(own, optionals, field)]));
  const pattern = Object.values((schema.patternProperties ?? {}) as Record<string, TSchema>)[0];
  return pattern === undefined ? {} : { [keyOf(name)]: exampleOf(pattern, optionals, singular(name)) };
}

/** What records are keyed by, where it is a word of ours. */
function keyOf(name: string): string {
  const keys: Readonly<Record<string, string>> = {
    dimensions: 'channel',
    metrics: 'visits',
    previous: 'visits',
    names: '7',
    models: 'last_touch',
    mapping: 'transaction_id',
    evidence: 'minutes',
  };
  return keys[name] ?? 'key';
}

const singular = (name: string) => name.replace(/s$/, '');

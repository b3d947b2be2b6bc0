import * as contract from '@headwater/contract';
import type { TSchema } from 'typebox';

type Json = Record<string, unknown>;

/** The contract's schemas by what they are exported as: the one name they have everywhere. */
const names = new Map<unknown, string>(
  Object.entries(contract).flatMap(([name, value]) =>
    /^[A-Z]/.test(name) && typeof value === 'object' ? [[value, name] as const] : [],
  ),
);

/** How the server reads a field; for itself, and told in words beside it. */
const ours = new Set(['$id', 'x-message', 'x-lenient']);

/** Patterns that every text has, told once in the introduction and not at each. */
const told: Readonly<Record<string, Json>> = {
  [contract.noNul]: {},
  [contract.notBlank]: { minLength: 1 },
};

/**
 * What several routes share, told once. Each of these answers a reference to what was said before, and says it where
 * it was not.
 */
export interface Components {
  schema(schema: TSchema): Json;
  response(name: string, response: () => Json): Json;
  example(name: string, example: () => Json): Json;
  readonly all: Readonly<Record<'schemas' | 'responses' | 'examples', Json>>;
}

export function createComponents(): Components {
  const all = { schemas: {} as Json, responses: {} as Json, examples: {} as Json };

  function once(kind: keyof typeof all, name: string, make: () => unknown): Json {
    if (!(name in all[kind])) {
      // Its place first: what it is made of may refer to it.
      all[kind][name] = null;
      all[kind][name] = make();
    }
    return { $ref: `#/components/${kind}/${name}` };
  }

  function refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(refer);
    if (value === null || typeof value !== 'object') return value;
    const members = () =>
      Object.fromEntries(
        Object.entries(value).flatMap(([key, member]) => {
          if (ours.has(key)) return [];
          const words = key === 'pattern' ? told[String(member)] : undefined;
          if (words !== undefined) return Object.entries(words);
          // Readers and generators of code ask for the type that the words of an enum have.
          return key === 'enum' && !('type' in value)
            ? [
                ['type', 'string'],
                [key, member],
              ]
            : [[key, refer(member)]];
        }),
      );
    const name = names.get(value);
    return name === undefined ? members() : once('schemas', name, members);
  }

  return {
    schema: (schema) => refer(schema) as Json,
    response: (name, response) => once('responses', name, response),
    example: (name, example) => once('examples', name, example),
    all,
  };
}

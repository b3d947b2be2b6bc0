import type { Shape } from './fields.ts';

/** Which column each field is read from, in the order in which rows are sent. */
export interface MappedField {
  field: string;
  column: string;
}

export type Mapping = { fields: MappedField[] } | { fault: string };

/**
 * Pure: finds the columns of a file. What is named explicitly goes first, then the preset's columns, then names that mean
 * the same. A column serves one field only.
 */
export function mapColumns(
  shape: Shape,
  columns: readonly string[],
  preset: Readonly<Record<string, readonly string[]>>,
  explicit: Readonly<Record<string, string>>,
): Mapping {
  const names = shape.fields.map(({ name }) => name);
  const found = new Map<string, string>();
  const taken = new Set<string>();
  const byName = new Map<string, string>();
  for (const column of columns) {
    const plain = plainName(column);
    if (plain !== '' && !byName.has(plain)) byName.set(plain, column);
  }
  const take = (field: string, column: string) => {
    found.set(field, column);
    taken.add(column);
  };
  for (const [field, named] of Object.entries(explicit)) {
    if (!names.includes(field))
      return { fault: `mapping: there is no field ${field}; there are ${names.join(', ')}` };
    const column = columns.includes(named) ? named : byName.get(plainName(named));
    if (column === undefined) return { fault: `mapping: the file has no column for ${field} by that name` };
    take(field, column);
  }
  const look = (field: string, wanted: readonly string[]) => {
    if (found.has(field)) return;
    for (const one of wanted) {
      const column = byName.get(plainName(one));
      if (column === undefined || taken.has(column)) continue;
      take(field, column);
      return;
    }
  };
  for (const [field, wanted] of Object.entries(preset)) look(field, wanted);
  // A field's own name goes before what another one might be called, too.
  for (const { name } of shape.fields) if (preset[name] === undefined) look(name, [name]);
  for (const { name, columns: wanted } of shape.fields) if (preset[name] === undefined) look(name, wanted);
  for (const options of shape.required) {
    if (!options.some((option) => found.has(option))) {
      return { fault: `mapping: no column was found for ${options.join(' or ')}: name it` };
    }
  }
  return {
    fields: names.flatMap((field) => {
      const column = found.get(field);
      return column === undefined ? [] : [{ field, column }];
    }),
  };
}

const plainName = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');

import type { FormEvent } from 'react';

/** What a form says, by the names of its fields. */
export type Fields = Readonly<Record<string, string>>;

/** Takes a form's fields in the place of what the browser would do with them. */
export function fieldsOf(event: FormEvent<HTMLFormElement>): Fields {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.currentTarget)) as Fields;
}

/** Those that were filled in: the server takes a field that is left out, and refuses an empty one. */
export function filled(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''));
}

/** What a text area says, one entry a line; spaces and commas part entries as well, for lists are pasted from anywhere. */
export const linesOf = (text = ''): string[] => text.split(/[\s,]+/).filter((entry) => entry !== '');

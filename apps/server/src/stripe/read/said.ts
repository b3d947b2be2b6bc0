import { type Hasher, parseClickId } from '../../platform/index.ts';
import type { SaidKind } from '../facts/object-facts.ts';
import { maybeFields } from './fields.ts';

/** Metadata names, the documented one first, then legacy aliases (contract §7). */
const names: readonly (readonly [SaidKind, readonly string[]])[] = [
  ['program', ['program_id']],
  ['click', ['affitor_click_id', 'customer_code']],
  ['key', ['affitor_customer_key', 'user_id', 'customer_key']],
  ['code', ['partner_code']],
];
const longest = 255;

/** What metadata say of who pays, as `kind:value`. A name that is there but empty is said as `blank:name`. */
export function readMetadata(metadata: unknown): string[] {
  const fields = maybeFields(metadata);
  if (fields === null) return [];
  return names.flatMap(([kind, aliases]) => {
    for (const name of aliases) {
      const value = readValue(fields[name]);
      if (value !== null) return [`${kind}:${value}`];
    }
    // null, "null" and "" come from code that had nothing to pass on: the next step of the look-up is taken.
    const empty = aliases.find((name) => fields[name] !== undefined);
    return empty === undefined ? [] : [`blank:${empty}`];
  });
}

function readValue(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (['', 'null', 'undefined'].includes(text) || text.length > longest || text.includes('\u0000'))
    return null;
  return text;
}

/** An address is kept as its keyed hash and mask only. */
export function readEmails(hasher: Hasher, addresses: readonly unknown[]): string[] {
  return addresses.flatMap((address) => {
    const email = typeof address === 'string' ? hasher.email(address) : undefined;
    return email === undefined ? [] : [`email:${email.hash.toString('hex')} ${email.masked}`];
  });
}

/** `client_reference_id` is the caller's own; it says something to us only when it is one of our click ids. */
export function readReference(reference: unknown): string[] {
  const text = readValue(reference);
  return text !== null && parseClickId(text) !== undefined ? [`click:${text}`] : [];
}

export function saidAt(said: readonly string[], at: number): Record<string, number> {
  return Object.fromEntries(said.map((one) => [one, at]));
}

/** The values of one kind, the earliest said first. */
export function valuesSaid(said: Readonly<Record<string, number>>, kind: SaidKind): string[] {
  return Object.entries(said)
    .filter(([one]) => one.startsWith(`${kind}:`))
    .sort(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1))
    .map(([one]) => one.slice(kind.length + 1));
}

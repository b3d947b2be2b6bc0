import {
  erasedHash,
  erasedName,
  type Hasher,
  type Postgres,
  type Transaction,
} from '../../platform/index.ts';
import type { ObjectFacts } from '../facts/object-facts.ts';
import { blankPayload } from './blank-payload.ts';
import * as queries from './queries.ts';

export { findCustomersByEmail } from './queries.ts';

/** The old names of a person, as far as they stand in what Stripe sent. */
export interface ForgottenPayer {
  customerIds: readonly bigint[];
  emails: readonly Buffer[];
  clickVisitors: string[];
  webVisitors: string[];
}

/**
 * Replaces what names a person among the facts of Stripe's objects, and answers with the ids of these objects. Equal names
 * stay equal, so what is settled later is settled as it would have been.
 */
export async function forgetPayersOfStripe(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  person: ForgottenPayer,
): Promise<string[]> {
  const payers = await queries.findPayersToForget(trx, workspaceId, person.customerIds, person.emails);
  const objects = await queries.lockObjects(trx, workspaceId, payers);
  const renamed = objects.map((one) => ({ ...one, facts: renameSaid(one.facts, salt) }));
  await queries.saveForgottenFacts(trx, workspaceId, renamed);
  await queries.renamePayers(trx, workspaceId, salt, payers, person);
  return [...new Set([...payers.map(({ payer }) => payer), ...objects.map(({ id }) => id)])];
}

/** `email:<hash> <mask>` and `key:<key>` (read/said.ts); clicks, codes and programs name nobody. */
function renameSaid(facts: ObjectFacts, salt: Buffer): ObjectFacts {
  const rename = (said: string): string => {
    const [, kind, value] = /^(email|key):(.*)$/s.exec(said) ?? [];
    if (kind === undefined || value === undefined) return said;
    if (kind === 'key') return `key:${erasedName(salt, value)}`;
    const hash = Buffer.from(value.slice(0, value.indexOf(' ')), 'hex');
    return `email:${erasedHash(salt, hash).toString('hex')} erased`;
  };
  return {
    ...facts,
    said: Object.fromEntries(Object.entries(facts.said).map(([said, at]) => [rename(said), at])),
  };
}

// Payloads at a time: some kilobytes each.
const page = 200;

/**
 * Blanks what is personal in the deliveries that tell of these objects or carry one of these emails. Reads every delivery
 * of the workspace, a page at a time and without locks; safe to repeat. Returns how many it changed.
 */
export async function blankDeliveries(
  { postgres, hasher }: { postgres: Postgres; hasher: Hasher },
  workspaceId: number,
  salt: Buffer,
  about: { objectIds: readonly string[]; emails: readonly Buffer[] },
  receivedUntil: Date,
): Promise<number> {
  const hashes = new Set(about.emails.map((hash) => hash.toString('hex')));
  const tellsOf = (payload: string) =>
    about.objectIds.some((id) => payload.includes(`"${id}"`)) ||
    (payload.match(/[^\s"\\<>]+@[^\s"\\<>]+/g) ?? []).some((address) =>
      hashes.has(hasher.email(address)?.hash.toString('hex') ?? ''),
    );
  let changed = 0;
  for (let after = 0n; ; ) {
    const rows = await queries.listPayloads(postgres, workspaceId, after, receivedUntil, page);
    const blanked = rows
      .filter(({ payload }) => tellsOf(payload))
      .map(({ id, payload }) => ({ id, payload: blankPayload(payload, salt) }));
    await queries.savePayloads(postgres, workspaceId, blanked);
    changed += blanked.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return changed;
    after = last.id;
  }
}

import type { Transaction } from '../platform/index.ts';
import type { EmailsAndKeys } from './forget-queries.ts';
import * as queries from './forget-queries.ts';

/** Everything that a person goes by, by their old names. */
export interface Person extends EmailsAndKeys {
  customerIds: bigint[];
  clickVisitors: string[];
  webVisitors: string[];
}

/**
 * Finds a person and locks their customers: those who go by the email or key, or are among `customerIds` (whom a provider
 * knows); then those who go by the emails of these.
 */
export async function findPerson(
  trx: Transaction,
  workspaceId: number,
  subject: EmailsAndKeys,
  customerIds: readonly bigint[],
): Promise<Person> {
  const first = await queries.lockCustomersToForget(trx, workspaceId, subject, customerIds);
  const emails = distinct([...subject.emails, ...first.flatMap((one) => one.emailHash ?? [])]);
  const ids = [...new Set([...customerIds, ...first.map(({ id }) => id)])];
  const all = await queries.lockCustomersToForget(trx, workspaceId, { emails, keys: subject.keys }, ids);
  const keys = [...subject.keys];
  for (const { programId, customerKey } of all) {
    if (customerKey === null) continue;
    if (!keys.some((one) => one.programId === programId && one.customerKey === customerKey)) {
      keys.push({ programId, customerKey });
    }
  }
  const found = { emails, keys, customerIds: all.map(({ id }) => id) };
  const browsers = await queries.findBrowsersToForget(trx, workspaceId, found, found.customerIds);
  const seenAs = (wanted: 'click' | 'web') =>
    browsers.filter(({ kind }) => kind === wanted).map(({ visitor }) => visitor);
  return { ...found, clickVisitors: seenAs('click'), webVisitors: seenAs('web') };
}

/** Replaces what names a person among customers, their leads and browsers. */
export function forgetPeople(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  person: Person,
): Promise<void> {
  return queries.renamePeople(trx, workspaceId, salt, person);
}

export { type EmailsAndKeys, findEnrolledAs } from './forget-queries.ts';

function distinct(hashes: readonly Buffer[]): Buffer[] {
  return [...new Map(hashes.map((hash) => [hash.toString('hex'), hash])).values()];
}

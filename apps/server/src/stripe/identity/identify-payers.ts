import {
  type Customer,
  forgetLearned,
  insertUnnamedCustomers,
  type Lesson,
  lockPeople,
  teachCustomers,
} from '../../customers/index.ts';
import type { Transaction } from '../../platform/index.ts';
import type { KnownClick } from '../../touches/index.ts';
import type { Program } from '../../workspaces/index.ts';
import type { World } from '../facts/queries.ts';
import type { Purchase } from '../wanted/families.ts';
import type { ClickBook } from './identifiers.ts';
import * as queries from './queries.ts';
import { type Person, type Resolution, resolvePayers } from './resolve-payers.ts';

/** A payer and the customer it is. */
export interface IdentifiedPayer {
  resolution: Resolution;
  customerId: bigint | null;
}

export interface Identification {
  payers: Map<string, IdentifiedPayer>;
  /** Customers who were taught something, or had it taken back. */
  changedCustomers: Set<bigint>;
  knownClicks: ReadonlyMap<string, KnownClick>;
  /** The customers of these payers, as they were known without them. */
  people: ReadonlyMap<bigint, Person>;
}

/**
 * Finds out who these payers are by all that is known now, and brings the customers in line: what an earlier answer had
 * taught a customer is taken back where the answer has changed.
 */
export async function identifyPayers(
  trx: Transaction,
  program: Program,
  world: World,
  purchases: readonly Purchase[],
  payers: readonly string[],
  book: ClickBook,
  now: Date,
): Promise<Identification> {
  const stored = new Map((await queries.findPayers(trx, world, payers)).map((one) => [one.payer, one]));
  const clicks = await book.find(purchases.flatMap(({ said }) => said.clicks));
  const customers = await lockPeople(trx, program, {
    keys: purchases.flatMap(({ said }) => said.keys),
    emailHashes: purchases.flatMap(({ said }) => said.emails.map(({ hash }) => Buffer.from(hash, 'hex'))),
    ids: [...stored.values()].flatMap(({ customerId, madeCustomerId }) =>
      [customerId ?? [], madeCustomerId ?? []].flat(),
    ),
    visitors: [...clicks.values()].map(({ visitor }) => visitor),
    webVisitors: [...clicks.values()].flatMap(({ webVisitor }) => webVisitor ?? []),
  });
  const people = withoutTaught(customers, [...stored.values()]);
  const resolutions = resolvePayers(purchases, {
    people,
    clicks,
    partnersByCode: await queries.findPartnersByCode(
      trx,
      world,
      purchases.flatMap(({ said }) => said.codes),
    ),
    keyMakesCustomer: program.organicPayments === 'record',
  });
  const changes = await plan(trx, program, stored, resolutions, payers);
  const changedCustomers = new Set<bigint>();
  for (const { before } of changes) {
    if (before?.customerId == null) continue;
    changedCustomers.add(before.customerId);
    await forgetLearned(
      trx,
      { workspaceId: program.workspaceId, id: before.customerId },
      {
        key: before.taughtKey,
        emailHash: before.taughtEmail,
        visitors: before.taughtClicks,
        webVisitors: before.taughtWebs,
      },
    );
  }
  for (const { after } of changes) if (after.customerId !== null) changedCustomers.add(after.customerId);
  await teachCustomers(trx, program, lessonsOf(changes), now);
  await queries.savePayers(
    trx,
    world,
    changes.map(({ after }) => after),
  );
  const known = new Map(
    people.flatMap((person) => (typeof person.ref === 'bigint' ? [[person.ref, person] as const] : [])),
  );
  return {
    payers: identified(stored, resolutions, changes),
    changedCustomers,
    knownClicks: clicks,
    people: known,
  };
}

/**
 * The customers as they would be known if these payers had never been heard of. One who was made for a payer, and whom
 * nothing else names, is not known then.
 */
function withoutTaught(customers: readonly Customer[], payers: readonly queries.StoredPayer[]): Person[] {
  return customers.flatMap((customer) => {
    const teachers = payers.filter(({ customerId }) => customerId === customer.id);
    const isTaught = (read: (payer: queries.StoredPayer) => readonly string[], value: string) =>
      teachers.some((payer) => read(payer).includes(value));
    const { emailHash } = customer;
    const email =
      emailHash === null || teachers.some((one) => one.taughtEmail?.equals(emailHash))
        ? null
        : emailHash.toString('hex');
    const key = teachers.some(({ taughtKey }) => taughtKey === customer.customerKey)
      ? null
      : customer.customerKey;
    const person: Person = {
      ref: customer.id,
      key,
      email,
      visitors: new Set(
        customer.visitors.filter((one) => !isTaught(({ taughtClicks }) => taughtClicks, one)),
      ),
      webVisitors: new Set(
        customer.webVisitors.filter((one) => !isTaught(({ taughtWebs }) => taughtWebs, one)),
      ),
    };
    const wasMade = payers.some(({ madeCustomerId }) => madeCustomerId === customer.id);
    const isNamed = key !== null || email !== null || person.visitors.size + person.webVisitors.size > 0;
    return wasMade && !isNamed ? [] : [person];
  });
}

interface Change {
  before: queries.StoredPayer | undefined;
  after: queries.StoredPayer;
  resolution: Resolution | undefined;
}

/** What has to change, customers to be made included. */
async function plan(
  trx: Transaction,
  program: Program,
  stored: ReadonlyMap<string, queries.StoredPayer>,
  resolutions: readonly Resolution[],
  payers: readonly string[],
): Promise<Change[]> {
  const made = new Map<string, bigint>();
  for (const { payer } of resolutions) {
    const known = stored.get(payer)?.madeCustomerId ?? null;
    if (known !== null) made.set(payer, known);
  }
  const unknown = resolutions.filter(({ payer, customer }) => customer === 'new' && !made.has(payer));
  const rows = await insertUnnamedCustomers(
    trx,
    program,
    unknown.map(({ since }) => since),
  );
  for (const [index, { payer }] of unknown.entries()) made.set(payer, (rows[index] as Customer).id);
  return payers.flatMap((payer): Change[] => {
    const before = stored.get(payer);
    const resolution = resolutions.find((one) => one.payer === payer);
    const ref = resolution?.customer ?? null;
    const customerId =
      ref === null ? null : typeof ref === 'bigint' ? ref : (made.get(ref === 'new' ? payer : ref) ?? null);
    const after: queries.StoredPayer = {
      payer,
      customerId,
      madeCustomerId: made.get(payer) ?? before?.madeCustomerId ?? null,
      taughtKey: resolution?.key ?? null,
      taughtEmail: resolution?.email ? Buffer.from(resolution.email.hash, 'hex') : null,
      taughtClicks: resolution?.visitors ?? [],
      taughtWebs: resolution?.webVisitors ?? [],
    };
    return before !== undefined && isSame(before, after) ? [] : [{ before, after, resolution }];
  });
}

function isSame(a: queries.StoredPayer, b: queries.StoredPayer): boolean {
  const text = (one: queries.StoredPayer) =>
    JSON.stringify([
      ...[
        String(one.customerId),
        String(one.madeCustomerId),
        one.taughtKey,
        one.taughtEmail?.toString('hex') ?? null,
      ],
      ...[one.taughtClicks, one.taughtWebs],
    ]);
  return text(a) === text(b);
}

/** What the customers learn by it, each all at once. */
function lessonsOf(changes: readonly Change[]): Lesson[] {
  const lessons = new Map<bigint, Lesson>();
  for (const { after, resolution } of changes) {
    const { customerId, taughtKey, taughtEmail, taughtClicks, taughtWebs } = after;
    if (customerId === null) continue;
    const before = lessons.get(customerId);
    const masked = resolution?.email?.masked;
    const email = taughtEmail === null || masked === undefined ? null : { hash: taughtEmail, masked };
    lessons.set(customerId, {
      customerId,
      customerKey: before?.customerKey ?? taughtKey,
      email: before?.email ?? email,
      browsers: [
        ...(before?.browsers ?? []),
        ...taughtClicks.map((visitor) => ({ kind: 'click' as const, visitor })),
        ...taughtWebs.map((visitor) => ({ kind: 'web' as const, visitor })),
      ],
    });
  }
  return [...lessons.values()];
}

function identified(
  stored: ReadonlyMap<string, queries.StoredPayer>,
  resolutions: readonly Resolution[],
  changes: readonly Change[],
): Map<string, IdentifiedPayer> {
  return new Map(
    resolutions.map((resolution) => {
      const changed = changes.find(({ after }) => after.payer === resolution.payer)?.after;
      const customerId = (changed ?? stored.get(resolution.payer))?.customerId ?? null;
      return [resolution.payer, { resolution, customerId }];
    }),
  );
}

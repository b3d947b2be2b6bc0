import { setTimeout } from 'node:timers/promises';
import { findPerson, forgetPeople } from '../customers/index.ts';
import { forgetPayers } from '../payments/index.ts';
import {
  type ClickHouse,
  type Clock,
  forgetDeadLetters,
  type Hasher,
  invariant,
  isShippedUntil,
  lastLogged,
  type Postgres,
  type Transaction,
} from '../platform/index.ts';
import { forgetOfPortal } from '../portal/index.ts';
import { blankDeliveries, findCustomersByEmail, forgetPayersOfStripe } from '../stripe/index.ts';
import { forgetBrowsers } from '../touches/index.ts';
import { forgetMessages } from '../webhooks/index.ts';
import { forgetEvents } from './forget-events.ts';
import * as queries from './queries.ts';

export interface ErasureDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  hasher: Hasher;
  clock: Clock;
}

/**
 * Carries an erasure out, or goes on with it: PostgreSQL at once and whole, then what Stripe delivered, then ClickHouse
 * when everything that was on its way has arrived. Each step is safe to repeat, so a job that broke off starts anew. At
 * the end the salt is thrown away.
 */
export async function erasePerson(deps: ErasureDeps, key: queries.ErasureKey): Promise<void> {
  const { postgres, clickhouse, clock } = deps;
  const started = await postgres.transaction((trx) => renameEverywhere(trx, key, clock.now()));
  if (started === undefined) return;
  const { salt, person, renamedAt } = started;
  const stripeEvents = await blankDeliveries(
    deps,
    key.workspaceId,
    salt,
    { objectIds: person.stripeObjects, emails: person.emails.map((hex) => Buffer.from(hex, 'hex')) },
    renamedAt,
  );
  await untilShipped(postgres, BigInt(person.loggedUntil));
  await forgetDeadLetters(postgres, key.workspaceId, person.visitors, person.customerIds.map(BigInt));
  await forgetEvents(clickhouse, key.workspaceId, salt, person);
  await queries.setDone(postgres, key, clock.now(), stripeEvents);
}

interface Started {
  salt: Buffer;
  person: queries.Found;
  renamedAt: Date;
}

/** Undefined when it is done already. */
async function renameEverywhere(
  trx: Transaction,
  key: queries.ErasureKey,
  now: Date,
): Promise<Started | undefined> {
  const erasure = await queries.lockErasure(trx, key);
  invariant(erasure !== undefined, 'an erasure that is carried out was asked for');
  const { salt } = erasure;
  if (salt === null) return undefined;
  if (erasure.person !== null && erasure.renamedAt !== null) {
    return { salt, person: erasure.person, renamedAt: erasure.renamedAt };
  }
  const { workspaceId } = key;
  const person = await findSubject(trx, workspaceId, erasure);
  const stripeObjects = await forgetPayersOfStripe(trx, workspaceId, salt, person);
  const payments = await forgetPayers(trx, workspaceId, salt, person);
  await forgetBrowsers(trx, workspaceId, salt, person);
  await forgetMessages(trx, workspaceId, salt, person.customerIds);
  await forgetOfPortal(trx, workspaceId, salt, person);
  await forgetPeople(trx, workspaceId, salt, person);
  const visitors = [...new Set([...person.clickVisitors, ...person.webVisitors])];
  const found: queries.Found = {
    customerIds: person.customerIds.map(String),
    visitors,
    emails: person.emails.map((hash) => hash.toString('hex')),
    stripeObjects,
    // Whoever wrote an old name has committed, since the customers are locked, or writes it of a person who is new.
    loggedUntil: String(await lastLogged(trx)),
  };
  const counts = { customers: person.customerIds.length, browsers: visitors.length, payments };
  await queries.setRenamed(trx, key, now, found, counts);
  return { salt, person: found, renamedAt: now };
}

/** Whom a request means, with their customers locked. */
export async function findSubject(trx: Transaction, workspaceId: number, subject: queries.Subject) {
  const asked = namesOf(subject);
  const byStripe = await findCustomersByEmail(trx, workspaceId, asked.emails);
  return findPerson(trx, workspaceId, asked, byStripe);
}

function namesOf({ emailHash, programId, customerKey }: queries.Subject) {
  return {
    emails: emailHash === null ? [] : [emailHash],
    keys: programId === null || customerKey === null ? [] : [{ programId, customerKey }],
  };
}

const pollMs = 200;
const patienceMs = 60_000;

async function untilShipped(postgres: Postgres, seq: bigint): Promise<void> {
  for (let waited = 0; !(await isShippedUntil(postgres, seq)); waited += pollMs) {
    if (waited >= patienceMs) throw new Error('events are still on their way to ClickHouse');
    await setTimeout(pollMs);
  }
}

import { createHash } from 'node:crypto';
import { recordProviderLead } from '../customers/index.ts';
import { type Claim, type FeeSettings, settlePayments, settleTestPayments } from '../payments/index.ts';
import type { Clock, Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import * as facts from './facts/queries.ts';
import { type ClickBook, identifiersIn } from './identity/identifiers.ts';
import { type Identification, identifyPayers } from './identity/identify-payers.ts';
import { type Family, type Purchase, readFamilies } from './wanted/families.ts';
import { type FamilyNote, type Wanted, wantedOf } from './wanted/provider-payments.ts';

/** What settling stands on. */
export interface SettleContext {
  trx: Transaction;
  deps: { clock: Clock; fees: FeeSettings };
  program: Program;
  world: facts.World;
  clicks: ClickBook;
}

export interface Settled {
  /** Whether something was asked of the books because of these names. */
  isApplied: boolean;
  notes: (FamilyNote | 'waits_for_payment' | string)[];
}

/**
 * Brings payments, customers and leads to what follows from all that is known of the touched payers, and of those who
 * share an identifier with them. Answers for each event, by what it named.
 */
export async function settleLive(
  context: SettleContext,
  touched: facts.Names,
  named: readonly facts.Names[],
  saysNothingOfPeople: boolean,
): Promise<Settled[]> {
  const { trx, deps, program, world } = context;
  if (saysNothingOfPeople && (await settleMoneyOnly(context, touched))) {
    return named.map(() => ({ isApplied: true, notes: [] }));
  }
  const now = deps.clock.now();
  const { families, purchases, linked, payers } = await loadKnown(context, touched);
  const identification = await identifyPayers(trx, program, world, purchases, payers, context.clicks, now);
  const wanted = families.map((family) => ({ family, wanted: wantedOf(family, program, identification) }));
  const changed = await onlyChanged(trx, world, wanted);
  const settled = await settlePayments(
    trx,
    deps,
    program,
    changed.map(({ wanted: { payment } }) => payment),
    identification.changedCustomers,
  );
  const leads = await recordLeads(context, linked, identification, now);

  const isBooked = ({ wanted: { payment, note } }: (typeof wanted)[number]) =>
    note === null || settled.some((one) => one.wanted === payment);
  return named.map((names): Settled => {
    const reached = reach(names, linked);
    const own = wanted.filter(({ family }) => isTouched(family, linked, reached));
    const notes = own.flatMap(({ family, wanted: { payment, note } }) => [
      ...(note === null ? [] : [note === 'no_payment' && family.payer === null ? 'waits_for_payment' : note]),
      ...(typeof family.money === 'string' ? [] : payment.claim.warnings.map(({ code }) => code)),
    ]);
    const isApplied = reached.payers.some((payer) => leads.has(payer)) || own.some(isBooked);
    return { isApplied, notes: [...new Set(notes)] };
  });
}

/** What an event named, and everything that is part of the same payments. */
function reach(names: facts.Names, linked: readonly facts.LinkedObject[]): facts.Names {
  const known = new Map(linked.map((one) => [one.id, one]));
  const ids = new Set(names.ids);
  for (const id of ids) for (const link of known.get(id)?.links ?? []) ids.add(link);
  const payers = [...ids].flatMap((id) => known.get(id)?.object?.payer ?? []);
  return { ids: [...ids], payers: [...new Set([...names.payers, ...payers])] };
}

/**
 * The short way, for events that only join ids or tell of money that went back, about a payment that is booked: who paid
 * cannot change by them. False where that is not sure; then the long way is taken.
 */
async function settleMoneyOnly(
  { trx, deps, program, world }: SettleContext,
  { ids }: facts.Names,
): Promise<boolean> {
  const linked = await facts.listObjectsOfPayers(trx, world, [], ids);
  const speakers = linked.filter(
    ({ object }) =>
      object !== null &&
      (object.kind === 'session' || Object.keys(object.facts.said).length > 0 || object.kind === 'invoice'),
  );
  const { families } = readFamilies(linked);
  const [family] = families;
  if (family === undefined || families.length > 1 || speakers.length !== 1) return false;
  const asked = (await facts.findSettled(trx, world, [family.root])).get(family.root);
  if (asked === undefined || !asked.startsWith(booked)) return false;
  const { keys, refunds, disputes } = family;
  const payment = {
    keys,
    fact: null,
    isWithdrawn: false,
    customerId: null,
    claim: noClaim,
    refunds,
    disputes,
  };
  const settled = await settlePayments(trx, deps, program, [payment], new Set());
  return settled.length > 0;
}

const noClaim: Claim = {
  foundBy: null,
  value: '',
  evidence: [],
  namedPartnerId: null,
  emailHash: null,
  warnings: [],
};

/** The same for test mode: no customers, no decisions. */
export async function settleTest(
  context: SettleContext,
  touched: facts.Names,
  named: readonly facts.Names[],
): Promise<Settled[]> {
  const { trx, deps, program, world } = context;
  const linked = await facts.listObjectsOfPayers(trx, world, touched.payers, touched.ids);
  const { families } = readFamilies(linked);
  const wanted = families.map((family) => ({
    family,
    ...wantedOf(family, { ...program, organicPayments: 'record' }, nobody),
  }));
  await settleTestPayments(
    trx,
    deps,
    program,
    wanted.map(({ payment }) => payment),
  );
  return named.map((names): Settled => {
    const reached = reach(names, linked);
    const own = wanted.filter(
      ({ family }) =>
        isTouched(family, linked, reached) ||
        (family.payer !== null && reached.payers.includes(family.payer)),
    );
    return {
      isApplied: own.some(({ note }) => note === null),
      notes: ['test_mode', ...new Set(own.flatMap(({ note }) => note ?? []))],
    };
  });
}

const nobody: Identification = {
  payers: new Map(),
  changedCustomers: new Set(),
  knownClicks: new Map(),
  people: new Map(),
};

interface Known {
  linked: facts.LinkedObject[];
  families: Family[];
  purchases: Purchase[];
  payers: readonly string[];
}

/** All that is known of the touched payers; what identifies them is kept, for those who will share it. */
async function loadKnown({ trx, world, clicks }: SettleContext, touched: facts.Names): Promise<Known> {
  let { payers } = touched;
  for (;;) {
    const linked = await facts.listObjectsOfPayers(trx, world, payers, touched.ids);
    const { families, purchases } = readFamilies(linked);
    const identifiers: facts.PayerIdentifier[] = [];
    for (const { payer, said } of purchases) {
      const own = await identifiersIn(clicks, said);
      identifiers.push(...own.map((one) => ({ payer, ...one })));
    }
    const known = { linked, families, purchases, payers };
    if (!(await facts.saveIdentifiers(trx, world, identifiers))) return known;
    const names = await facts.findNames(trx, world, { ids: [], payers, identifiers: [] });
    const others = names.payers.filter((payer) => !payers.includes(payer));
    if (others.length === 0) return known;
    // A fact of another object has joined them just now.
    await facts.lockNames(trx, world, others);
    payers = names.payers;
  }
}

/** Leaves out what the books were asked for before in the same words. What waits for another door is asked every time. */
async function onlyChanged<One extends { family: Family; wanted: Wanted }>(
  trx: Transaction,
  world: facts.World,
  all: readonly One[],
): Promise<One[]> {
  const before = await facts.findSettled(
    trx,
    world,
    all.map(({ family }) => family.root),
  );
  const now = new Map(all.map(({ family, wanted }) => [family.root, fingerprint(wanted)]));
  const changed = all.filter(
    ({ family, wanted }) => wanted.note !== null || before.get(family.root) !== now.get(family.root),
  );
  const news = changed.flatMap(({ family: { root } }) => {
    const print = now.get(root) as string;
    return before.get(root) === print ? [] : [{ root, print }];
  });
  await facts.saveSettled(trx, world, news);
  return changed;
}

/** How the digest of a payment begins that the books were asked to record. */
const booked = 'booked ';

function fingerprint(wanted: Wanted): string {
  const { fact, ...payment } = wanted.payment;
  const told = fact === null ? null : { ...fact, program: null };
  const text = JSON.stringify([wanted.note, payment, told], (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return (wanted.note ?? booked) + createHash('sha256').update(text).digest('base64url');
}

/** Sign-ups: a customer that Stripe made, and whom our program knows. Returns those that were recorded. */
async function recordLeads(
  { trx, program }: SettleContext,
  linked: readonly facts.LinkedObject[],
  { payers }: Identification,
  now: Date,
): Promise<Set<string>> {
  const recorded = new Set<string>();
  for (const { id, object } of linked) {
    const signedUpAt = object?.kind === 'customer' ? object.facts.min.signedUpAt : undefined;
    const customerId = payers.get(id)?.customerId ?? null;
    if (signedUpAt === undefined || customerId === null) continue;
    if (await recordProviderLead(trx, program, customerId, new Date(signedUpAt * 1000), now))
      recorded.add(id);
  }
  return recorded;
}

/** Whether a family has to do with what the event named: a part of it, its payer or its subscription. */
function isTouched(family: Family, linked: readonly facts.LinkedObject[], { ids }: facts.Names): boolean {
  const parts = new Set([family.root, ...family.keys, ...family.refunds.map(({ key }) => key)]);
  const links = linked.filter(({ id }) => ids.includes(id)).flatMap((one) => one.links);
  return [...ids, ...links].some((id) => parts.has(id) || id === family.subscription);
}

import type { ProviderDispute, ProviderPayment } from '../../payments/index.ts';
import type { LinkedObject, StoredObject } from '../facts/queries.ts';
import { UnreadableEvent } from '../read/fields.ts';
import { type MoneyOrNot, moneyOfInvoice, moneyOfSession } from './money.ts';
import { collectSaid, type Said, saysWho } from './said.ts';
import { fromStripe, readStripeCurrency } from './stripe-amount.ts';

/** One payment as Stripe sees it: invoice, sessions, intents, charges, and what went back. */
export interface Family {
  /** The invoice, else the session, that carries the money; else whatever else is known of it. */
  root: string;
  payer: string | null;
  subscription: string | null;
  /** Purchases share what was said of them: a subscription's payments are one purchase. */
  purchase: string;
  money: MoneyOrNot;
  /** Every id it is known by, the one it is recorded under first. */
  keys: string[];
  occurredAt: Date;
  isRenewal: boolean;
  productId: string | null;
  interval: string | null;
  refunds: ProviderPayment['refunds'];
  disputes: ProviderDispute[];
  said: Said;
  /** Nothing in the subscription's own metadata names anybody: the next renewal depends on what is stored. */
  lacksSubscriptionMetadata: boolean;
}

/** A purchase: what decides who a payer is. */
export interface Purchase {
  id: string;
  payer: string;
  at: number;
  said: Said;
}

const back = new Set(['refund', 'dispute', 'credit_note']);

/** Pure: the payments and purchases among objects that are linked to each other. */
export function readFamilies(linked: readonly LinkedObject[]): { families: Family[]; purchases: Purchase[] } {
  const objects = linked.flatMap(({ object }) => object ?? []);
  const families = components(linked).flatMap((members) => readFamily(members, objects) ?? []);
  return {
    families: families.sort((a, b) => (a.root < b.root ? -1 : 1)),
    purchases: readPurchases(objects, families),
  };
}

function readFamily(members: readonly LinkedObject[], all: readonly StoredObject[]): Family | undefined {
  const own = members.flatMap(({ object }) => object ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  const sessions = own.filter(({ kind }) => kind === 'session');
  const invoices = own.filter(({ kind, facts }) => kind === 'invoice' && facts.best !== null);
  const invoice = invoices.find(({ facts }) => facts.best?.data.status === 'paid') ?? invoices[0];
  const root =
    invoice ?? sessions[0] ?? own.find(({ kind }) => kind === 'charge' || kind === 'intent') ?? own[0];
  if (root === undefined || root.kind === 'subscription' || root.kind === 'customer') return undefined;
  const { payer } = root;
  const data = root.facts.best?.data;
  const subscription = root.subscription ?? sessions[0]?.subscription ?? null;
  const around = all.filter(
    (object) =>
      (payer !== null && object.kind === 'customer' && object.id === payer) ||
      (subscription !== null &&
        object.subscription === subscription &&
        (object.kind === 'subscription' || object.kind === 'session')),
  );
  const said = collectSaid([...new Set([...own, ...around])]);
  const money = invoice === undefined ? moneyOfSession(root) : moneyOfInvoice(invoice);
  if (typeof money !== 'string') expectOneCurrency(own, money.currency, root.id);
  const onSubscription = around.filter(({ kind }) => kind === 'subscription');
  return {
    root: root.id,
    payer,
    subscription,
    purchase: subscription ?? root.id,
    money,
    keys: keysOf(members, root),
    occurredAt: occurredAt(root, sessions),
    isRenewal: data?.billingReason === 'subscription_cycle',
    productId: typeof data?.product === 'string' ? data.product : null,
    interval: typeof data?.interval === 'string' ? data.interval : null,
    ...moneyBack(own),
    said,
    lacksSubscriptionMetadata:
      subscription !== null &&
      !saysWho(collectSaid([...onSubscription, ...own.filter(({ kind }) => kind === 'invoice')])),
  };
}

function keysOf(members: readonly LinkedObject[], root: StoredObject): string[] {
  const ids = members.filter(({ object }) => !back.has(object?.kind ?? '')).map(({ id }) => id);
  const intent = root.facts.best?.data.intent;
  const first = root.kind === 'session' && typeof intent === 'string' ? intent : root.id;
  if (back.has(root.kind)) return ids.sort();
  return [first, ...ids.filter((id) => id !== first).sort()];
}

/** When it was paid; where it was paid later than it was agreed on, the agreement counts. */
function occurredAt(root: StoredObject, sessions: readonly StoredObject[]): Date {
  const paidAt = root.kind === 'invoice' ? root.facts.best?.data.paidAt : undefined;
  const instants = [paidAt, ...sessions.map(({ facts }) => facts.min.completedAt)].filter(
    (at): at is number => typeof at === 'number',
  );
  return new Date((instants.length === 0 ? 0 : Math.min(...instants)) * 1000);
}

function moneyBack(own: readonly StoredObject[]): Pick<Family, 'refunds' | 'disputes'> {
  const refunds: { key: string; amountMinor: bigint; at: Date }[] = [];
  const disputes: ProviderDispute[] = [];
  let named = 0n;
  for (const { id, kind, facts } of own) {
    const data = facts.best?.data;
    if (data === undefined || !back.has(kind)) continue;
    const currency = readStripeCurrency(data.currency);
    const amountMinor = fromStripe(Number(data.amount), currency);
    const at = new Date(Number(data.created) * 1000);
    if (kind === 'refund') named += amountMinor;
    if (kind === 'dispute' && data.state !== 'inquiry') {
      disputes.push({ key: id, amountMinor, at, state: data.state as ProviderDispute['state'] });
    } else if (kind !== 'dispute' && data.counts && amountMinor > 0n) {
      refunds.push({ key: id, amountMinor, at });
    }
  }
  // What a charge says went back of it in all is a lower bound, for endpoints that are not told of each refund. Refunds
  // that failed are taken off too: the charge said so at some time.
  let unnamed = -named;
  let last: StoredObject | undefined;
  for (const charge of own.filter(({ kind }) => kind === 'charge')) {
    const refunded = charge.facts.max.refunded ?? 0;
    unnamed += fromStripe(refunded, readStripeCurrency(charge.facts.best?.data.currency));
    if (refunded > 0) last = charge;
  }
  if (unnamed > 0n && last !== undefined) {
    const at = new Date((last.facts.best?.at ?? 0) * 1000);
    refunds.push({ key: `${last.id}:refunded`, amountMinor: unnamed, at });
  }
  return { refunds, disputes };
}

function readPurchases(objects: readonly StoredObject[], families: readonly Family[]): Purchase[] {
  const payers = new Set(objects.flatMap(({ payer }) => payer ?? []));
  const purchases: Purchase[] = [];
  for (const payer of payers) {
    const own = objects.filter((object) => object.payer === payer);
    const customer = own.filter(({ kind }) => kind === 'customer');
    const rest = own.filter(({ kind }) => kind !== 'customer');
    const ids = new Set(rest.map((object) => purchaseOf(object, families)));
    for (const id of ids) {
      const parts = rest.filter((object) => purchaseOf(object, families) === id);
      const extra = families.filter(({ purchase }) => purchase === id);
      const said = mergeSaid([
        collectSaid(parts),
        ...extra.map((family) => family.said),
        collectSaid(customer),
      ]);
      purchases.push({ id, payer, at: Math.min(...parts.map(instantOf)), said });
    }
    if (ids.size === 0) {
      purchases.push({
        id: payer,
        payer,
        at: Math.min(...customer.map(instantOf)),
        said: collectSaid(customer),
      });
    }
  }
  return purchases.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function purchaseOf(object: StoredObject, families: readonly Family[]): string {
  if (object.subscription !== null) return object.subscription;
  const family = families.find(({ root, keys }) => root === object.id || keys.includes(object.id));
  return family?.purchase ?? object.id;
}

function instantOf({ facts }: StoredObject): number {
  return facts.min.completedAt ?? facts.min.created ?? Number(facts.best?.data.paidAt ?? facts.best?.at ?? 0);
}

function mergeSaid(all: readonly Said[]): Said {
  const merge = (read: (said: Said) => string[]) => [...new Set(all.flatMap(read))];
  const emails = new Map(all.flatMap(({ emails: own }) => own.map((email) => [email.hash, email] as const)));
  return {
    clicks: merge(({ clicks }) => clicks),
    emails: [...emails.values()],
    keys: merge(({ keys }) => keys),
    codes: merge(({ codes }) => codes),
    programs: merge(({ programs }) => programs),
    blanks: merge(({ blanks }) => blanks),
  };
}

function components(linked: readonly LinkedObject[]): LinkedObject[][] {
  const byId = new Map(linked.map((one) => [one.id, one]));
  const seen = new Set<string>();
  const found: LinkedObject[][] = [];
  for (const { id } of linked) {
    const members: LinkedObject[] = [];
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const one = byId.get(next);
      if (one === undefined || seen.has(next)) continue;
      seen.add(next);
      members.push(one);
      waiting.push(...one.links);
    }
    if (members.length > 0) found.push(members);
  }
  return found;
}

/** Refunds are in the currency of what they give back; anything else is not understood, and nothing is guessed. */
function expectOneCurrency(objects: readonly StoredObject[], currency: string, root: string): void {
  for (const { id, kind, facts } of objects) {
    const other = facts.best?.data.currency;
    if (back.has(kind) && typeof other === 'string' && other.toUpperCase() !== currency) {
      throw new UnreadableEvent(`${id} is in another currency than ${root}`);
    }
  }
}

import type { KnownClick } from '../../touches/index.ts';
import type { Purchase } from '../wanted/families.ts';

/** A customer as known without what these payers taught; `ref` is its id, or the payer for whom it would be made. */
export interface Person {
  ref: bigint | string;
  key: string | null;
  email: string | null;
  visitors: Set<string>;
  webVisitors: Set<string>;
}

export type HitKind = 'click_id' | 'email' | 'customer_key' | 'partner_code';

/** Who a payer is. */
export interface Resolution {
  payer: string;
  /** A customer's id; `new`: one to be made for this payer; null: nobody known. */
  customer: bigint | 'new' | string | null;
  /** Every identifier that led there, `kind value`. */
  hits: ReadonlySet<string>;
  namedPartnerId: number | null;
  /** The purchase that led there; the others follow it. */
  linkedBy: string | null;
  /** What the customer learns by it. */
  key: string | null;
  email: { hash: string; masked: string } | null;
  visitors: string[];
  webVisitors: string[];
  /** Since when the customer is known, if it is to be made. */
  since: Date;
}

export interface Known {
  people: readonly Person[];
  clicks: ReadonlyMap<string, KnownClick>;
  partnersByCode: ReadonlyMap<string, number>;
  /** Whether a key that nobody has makes a customer, as it does for sales. */
  keyMakesCustomer: boolean;
}

/**
 * Pure: who these payers are. Each payer's purchases are asked in the order in which they were made, by click, then
 * email, then customer key, then partner code; the first that leads anywhere decides, and holds for all of the payer's
 * payments. Payers are asked in order too, so that a later one finds the customer whom an earlier one made known. The
 * answer depends on what was said, not on when it reached us.
 */
export function resolvePayers(purchases: readonly Purchase[], known: Known): Resolution[] {
  const people = known.people.map((person) => ({
    ...person,
    visitors: new Set(person.visitors),
    webVisitors: new Set(person.webVisitors),
  }));
  const payers = [...new Set(purchases.map(({ payer }) => payer))];
  return payers.map((payer) => {
    const own = purchases.filter((purchase) => purchase.payer === payer);
    return resolvePayer(payer, own, people, known);
  });
}

function resolvePayer(
  payer: string,
  purchases: readonly Purchase[],
  people: Person[],
  known: Known,
): Resolution {
  const clicks = unique(purchases.flatMap(({ said }) => said.clicks)).flatMap(
    (id) => known.clicks.get(id) ?? [],
  );
  const keys = unique(purchases.flatMap(({ said }) => said.keys));
  const emails = [
    ...new Map(purchases.flatMap(({ said }) => said.emails.map((one) => [one.hash, one] as const))).values(),
  ];
  const code = purchases
    .flatMap(({ said }) => said.codes)
    .find((one) => known.partnersByCode.has(one.toLowerCase()));
  const namedPartnerId = code === undefined ? null : (known.partnersByCode.get(code.toLowerCase()) ?? null);
  const match = firstMatch(purchases, people, known);
  const found = match?.person ?? null;
  const makes = found === null && (namedPartnerId !== null || (known.keyMakesCustomer && keys.length > 0));
  const since = clicks[0]?.clickedAt ?? new Date(Math.min(...purchases.map(({ at }) => at)) * 1000);
  if (found === null && !makes) {
    return { ...nobody, payer, since };
  }
  const isNew = found === null || found === 'new';
  const person: Person = isNew
    ? { ref: payer, key: null, email: null, visitors: new Set(), webVisitors: new Set() }
    : found;
  const hits = new Set<string>();
  for (const click of clicks) hits.add(`click_id ${click.clickId}`);
  for (const { hash } of emails) if (person.email === hash) hits.add(`email ${hash}`);
  for (const key of keys) if (person.key === key) hits.add(`customer_key ${key}`);
  if (found === null && namedPartnerId !== null) hits.add(`partner_code ${code}`);
  if (isNew) people.push(person);

  const key =
    person.key === null ? (keys.find((one) => !people.some((other) => other.key === one)) ?? null) : null;
  const email = person.email === null ? (emails[0] ?? null) : null;
  const visitors = unique(clicks.map(({ visitor }) => visitor)).filter((one) => !person.visitors.has(one));
  const webVisitors = unique(clicks.flatMap(({ webVisitor }) => webVisitor ?? [])).filter(
    (one) => !person.webVisitors.has(one),
  );
  person.key ??= key;
  person.email ??= email?.hash ?? null;
  for (const one of visitors) person.visitors.add(one);
  for (const one of webVisitors) person.webVisitors.add(one);
  const customer = typeof person.ref === 'bigint' ? person.ref : person.ref === payer ? 'new' : person.ref;
  return {
    ...{ payer, customer, hits, key, email, visitors, webVisitors, since },
    namedPartnerId: found === null ? namedPartnerId : null,
    linkedBy: match?.purchase ?? purchases[0]?.id ?? null,
  };
}

const nobody = {
  customer: null,
  hits: new Set<string>(),
  namedPartnerId: null,
  linkedBy: null,
  key: null,
  email: null,
  visitors: [],
  webVisitors: [],
};

function firstMatch(
  purchases: readonly Purchase[],
  people: readonly Person[],
  known: Known,
): { purchase: string; person: Person | 'new' } | null {
  for (const { id: purchase, said } of purchases) {
    const click = said.clicks.flatMap((id) => known.clicks.get(id) ?? [])[0];
    if (click !== undefined) return { purchase, person: personOfClick(click, said, people) ?? 'new' };
    for (const { hash } of said.emails) {
      const byEmail = people.find(({ email }) => email === hash);
      if (byEmail !== undefined) return { purchase, person: byEmail };
    }
    for (const key of said.keys) {
      const byKey = people.find((person) => person.key === key);
      if (byKey !== undefined) return { purchase, person: byKey };
    }
  }
  return null;
}

/**
 * Of the people seen with a click's browser the one who has the same key or email; else one who has no key yet, or the
 * last one when no key is given. Somebody with another key is somebody else, who shares the browser (contract §5.2).
 */
function personOfClick(
  click: KnownClick,
  said: Purchase['said'],
  people: readonly Person[],
): Person | undefined {
  const sharers = people.filter(
    ({ visitors, webVisitors }) =>
      visitors.has(click.visitor) || (click.webVisitor !== null && webVisitors.has(click.webVisitor)),
  );
  const hasKey = ({ key }: Person) => key !== null && said.keys.includes(key);
  const hasEmail = ({ email }: Person) => said.emails.some(({ hash }) => hash === email);
  return (
    sharers.find(hasKey) ??
    people.find(hasKey) ??
    sharers.find(hasEmail) ??
    (said.keys.length > 0 ? sharers.find(({ key }) => key === null) : sharers.at(-1))
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

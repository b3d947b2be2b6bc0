import type { Path } from '../../src/models/index.ts';
import type { PastEvent } from './past.ts';

/** What a report of paths asks, as the reckoning below takes it. */
export interface Asked {
  from: number;
  before: number;
  lookbackMs: number;
  currency: string;
  isNet: boolean;
  valueOf(event: PastEvent): string;
}

export interface ReckonedPath {
  paymentId: number | null;
  amount: bigint;
  values: string[];
  direct: boolean[];
  agesMs: number[];
}

interface Touch {
  at: number;
  value: string;
  isDirect: boolean;
}

/** Paths to payment, reckoned event by event from the words of docs/models.md; another way than ClickHouse goes. */
export function reckonPaths(
  events: readonly PastEvent[],
  asked: Asked,
): { paid: ReckonedPath[]; unpaid: ReckonedPath[] } {
  const real = events.filter((event) => event.is_test !== 1);
  const customersOf = (name: 'visitor_id' | 'click_id', id: string | undefined) =>
    id === undefined
      ? []
      : real
          .filter((event) => ['lead', 'payment', 'identify'].includes(event.type) && event.customer_id)
          .filter((event) => event[name] === id)
          .map((event) => `customer ${event.customer_id}`);
  const touches = new Map<string, Touch[]>();
  const seen = new Set<string>();
  const visits = new Set(
    real.filter(({ type, partner_id }) => type === 'visit' && partner_id).map((event) => sessionOf(event)),
  );
  for (const event of [...real].sort((a, b) => a.at - b.at)) {
    if (event.at < asked.from - asked.lookbackMs || event.at >= asked.before) continue;
    if (event.type !== 'visit' && event.type !== 'click') continue;
    if (event.type === 'click' && event.session_id !== undefined) {
      const session = sessionOf(event);
      if (visits.has(session) || seen.has(session)) continue;
      seen.add(session);
    }
    const known = [
      ...customersOf('visitor_id', event.visitor_id),
      ...customersOf('click_id', event.click_id),
    ];
    const persons = known.length > 0 ? new Set(known) : [`browser ${event.visitor_id ?? event.click_id}`];
    for (const person of persons) {
      const touch = { at: event.at, value: asked.valueOf(event), isDirect: event.channel === 'direct' };
      touches.set(person, [...(touches.get(person) ?? []), touch]);
    }
  }
  const payments = listPayments(real, asked).map((payment) => ({
    ...payment,
    person:
      payment.customerId === undefined
        ? (lowest(customersOf('visitor_id', payment.visitorId)) ?? `browser ${payment.visitorId}`)
        : `customer ${payment.customerId}`,
  }));
  const toPath = (
    paymentId: number | null,
    amount: bigint,
    end: number,
    kept: readonly Touch[],
  ): ReckonedPath => ({
    paymentId,
    amount,
    values: kept.map(({ value }) => value),
    direct: kept.map(({ isDirect }) => isDirect),
    agesMs: kept.map(({ at }) => end - at),
  });
  const paid = payments
    .filter(({ currency }) => currency === asked.currency)
    .map(({ person, id, amount, at }) => {
      const own = (touches.get(person) ?? []).filter(
        (touch) => touch.at <= at && touch.at >= at - asked.lookbackMs,
      );
      return toPath(id, amount, at, own);
    });
  const unpaid = [...touches].flatMap(([person, own]) => {
    const lastPaid = Math.max(
      -Infinity,
      ...payments.filter((one) => one.person === person).map(({ at }) => at),
    );
    const last = own.at(-1)?.at as number;
    const open = own.filter(({ at }) => at >= asked.from && at > lastPaid && at >= last - asked.lookbackMs);
    return open.length === 0 ? [] : [toPath(null, 0n, last, open)];
  });
  return { paid, unpaid };
}

const lowest = (customers: readonly string[]): string | undefined =>
  [...customers].sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1]))[0];

const sessionOf = ({ visitor_id, session_id, partner_id }: PastEvent) =>
  `${visitor_id} ${session_id} ${partner_id}`;

/** Payments as they were told last, with what was refunded. */
function listPayments(events: readonly PastEvent[], asked: Asked) {
  const ids = [
    ...new Set(events.filter(({ type }) => type === 'payment').map(({ payment_id }) => payment_id)),
  ];
  return ids.flatMap((id) => {
    const tellings = events.filter((event) => event.type === 'payment' && event.payment_id === id);
    // What was taken back was told once before: what is left is the other telling.
    const takenBack = tellings.filter(({ sign }) => sign === -1);
    const told = tellings.find(
      (event) =>
        event.sign !== -1 &&
        !takenBack.some(
          (back) => back.visitor_id === event.visitor_id && back.customer_id === event.customer_id,
        ),
    );
    if (told === undefined || told.at < asked.from || told.at >= asked.before) return [];
    const refunded = events
      .filter((event) => event.type === 'refund' && event.payment_id === id)
      .reduce((sum, { amount }) => sum + BigInt(amount ?? 0), 0n);
    return [
      {
        id: id as number,
        at: told.at,
        amount: BigInt(told.amount ?? 0) - (asked.isNet ? refunded : 0n),
        currency: told.currency as string,
        customerId: told.customer_id,
        visitorId: told.visitor_id,
      },
    ];
  });
}

/** As the models take it: channels are places in `values`, from 1 on. */
export function numbered(path: ReckonedPath, values: readonly string[]): Path {
  return {
    channels: path.values.map((value) => values.indexOf(value) + 1),
    direct: path.direct,
    agesMs: path.agesMs,
  };
}

import type { PastPayment } from './past.ts';

type Counted = Pick<PastPayment, 'id' | 'occurredAt' | 'currency' | 'amountMinor' | 'refunds'>;

export type CountVolume = (partnerId: number, payment: Counted) => void;

/** What a partner's payments of the month came to when this one was received; net of what had gone back by then. */
export type VolumesBefore = (
  partnerId: number,
  payment: Pick<PastPayment, 'id' | 'occurredAt' | 'receivedAt'>,
  currency: string,
) => bigint;

/**
 * What counts for tiers, by partner, month and currency. A payment's tier goes by those of all customers, but payments are
 * gone through customer by customer: each run counts, and the next goes by what the one before counted. Which payments
 * count hardly depends on tiers, so the second run finds what the first did, and its result is the one that goes from
 * payment to payment in their order: the first payment's volume is nothing in any case, and so on along the ids.
 *
 * A few numbers a payment are all that is kept of it.
 */
export class Volumes {
  readonly #months = new Map<string, Month>();

  readonly count: CountVolume = (partnerId, payment) => {
    const key = keyOf(partnerId, payment.occurredAt, payment.currency);
    const month = this.#months.get(key) ?? new Month();
    this.#months.set(key, month);
    month.add(payment);
  };

  readonly before: VolumesBefore = (partnerId, payment, currency) =>
    this.#months.get(keyOf(partnerId, payment.occurredAt, currency))?.before(payment) ?? 0n;

  /** Call it when all is counted: `before` answers from then on. */
  seal(): void {
    for (const month of this.#months.values()) month.seal();
  }

  equals(other: Volumes): boolean {
    if (this.#months.size !== other.#months.size) return false;
    for (const [key, month] of this.#months) {
      const their = other.#months.get(key);
      if (their === undefined || !month.equals(their)) return false;
    }
    return true;
  }
}

/** One partner's payments of a month, by id. */
class Month {
  #counted: [id: number, amount: number][] = [];
  readonly #refunds: { paymentId: bigint; at: number; amountMinor: bigint }[] = [];
  #ids = new Float64Array();
  /** What the payments up to each id add up to. */
  #sums = new BigInt64Array();

  // Ids and single amounts are well below 2^53; their sum need not be.
  add({ id, amountMinor, refunds }: Counted): void {
    this.#counted.push([Number(id), Number(amountMinor)]);
    for (const refund of refunds) {
      this.#refunds.push({ paymentId: id, at: refund.at.getTime(), amountMinor: refund.amountMinor });
    }
  }

  seal(): void {
    this.#counted.sort(([a], [b]) => a - b);
    this.#ids = Float64Array.from(this.#counted, ([id]) => id);
    let sum = 0n;
    this.#sums = BigInt64Array.from(this.#counted, ([, amount]) => {
      sum += BigInt(amount);
      return sum;
    });
    this.#counted = [];
  }

  before({ id, receivedAt }: Pick<PastPayment, 'id' | 'receivedAt'>): bigint {
    const earlier = firstNotBelow(this.#ids, Number(id));
    let sum = this.#sums[earlier - 1] ?? 0n;
    const at = receivedAt.getTime();
    for (const refund of this.#refunds) {
      if (refund.paymentId < id && refund.at <= at) sum -= refund.amountMinor;
    }
    return sum;
  }

  equals(other: Month): boolean {
    return this.#ids.length === other.#ids.length && this.#ids.every((id, index) => id === other.#ids[index]);
  }
}

function firstNotBelow(ids: Float64Array, id: number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf(partnerId: number, occurredAt: Date, currency: string): string {
  return `${partnerId} ${occurredAt.getUTCFullYear()}-${occurredAt.getUTCMonth()} ${currency}`;
}

import type { Books } from './books.ts';
import { type Commission, dayMs, type Payment } from './facts.ts';

// What the contract says of invoices and payouts, told a second time: in memory, week by week, from a list of what was owed
// when.

interface Owed {
  /** A commission, or a payment's fee. */
  of: Commission | Payment;
  partner: number | null;
  currency: string;
  amount: bigint;
  at: number;
}

interface Invoice {
  end: number;
  currency: string;
  commission: bigint;
  fee: bigint;
  carried: bigint;
  paid: boolean;
}

const weekMs = 7 * dayMs;
const monday = Date.UTC(2026, 0, 5);

export class Billing {
  readonly invoices: Invoice[] = [];
  private readonly books: Books;
  private owed: Owed[] = [];

  constructor(books: Books) {
    this.books = books;
  }

  owe(owed: Owed): void {
    if (owed.amount !== 0n) this.owed.push(owed);
  }

  /** Bills every week that ended and whose Monday 09:00 has come. */
  bill(now: number): void {
    const last = Math.floor((now - 9 * 3_600_000 - monday) / weekMs);
    for (let week = 0; week <= last; week += 1) {
      const end = monday + week * weekMs;
      const ripe = this.owed.filter(({ at }) => at < end);
      this.owed = this.owed.filter(({ at }) => at >= end);
      for (const currency of [...new Set(ripe.map((one) => one.currency))].sort()) {
        this.issue(
          end,
          currency,
          ripe.filter((one) => one.currency === currency),
        );
      }
    }
  }

  private issue(end: number, currency: string, owed: readonly Owed[]): void {
    const sums = new Map<Owed['of'], bigint>();
    for (const { of, amount } of owed) sums.set(of, (sums.get(of) ?? 0n) + amount);
    if ([...sums.values()].every((sum) => sum === 0n)) return;
    let [commission, fee] = [0n, 0n];
    for (const { of, partner, amount } of owed) {
      if (partner === null) {
        fee += amount;
        this.move('fee_payable', 'fee_invoiced', null, currency, amount);
      } else {
        commission += amount;
        this.move('partner_approved', 'partner_invoiced', partner, currency, amount);
        const one = of as Commission;
        one.approved -= amount;
        one.invoiced += amount;
      }
    }
    const before = this.invoices.filter((one) => one.currency === currency).at(-1);
    const left = before === undefined ? 0n : totalOf(before);
    const invoice = { end, currency, commission, fee, carried: left < 0n ? left : 0n, paid: false };
    this.invoices.push(invoice);
    if (totalOf(invoice) <= 0n) this.pay(invoice);
  }

  pay(invoice: Invoice): void {
    invoice.paid = true;
    this.move('fee_invoiced', 'fee_paid', null, invoice.currency, invoice.fee);
  }

  /** Takes out what partners can be sent in dollars; undefined when nobody has anything. */
  payout(commissions: readonly Commission[]): Map<Commission, bigint> | undefined {
    const parts = new Map<Commission, bigint>();
    const byPartner = new Map<number, bigint>();
    for (const one of commissions.filter(({ currency }) => currency === 'USD')) {
      const part = one.invoiced + (one.approved < 0n ? one.approved : 0n);
      parts.set(one, part);
      byPartner.set(one.partner, (byPartner.get(one.partner) ?? 0n) + part);
    }
    for (const one of parts.keys()) if ((byPartner.get(one.partner) as bigint) <= 0n) parts.delete(one);
    for (const [one, part] of parts) {
      one.invoiced -= part;
      one.payout += part;
      this.move('partner_invoiced', 'partner_payout', one.partner, 'USD', part);
    }
    return parts.size === 0 ? undefined : parts;
  }

  arrive(parts: ReadonlyMap<Commission, bigint>): void {
    for (const [one, part] of parts) {
      one.payout -= part;
      one.paid += part;
      this.move('partner_payout', 'partner_paid', one.partner, 'USD', part);
    }
  }

  comeBack(parts: ReadonlyMap<Commission, bigint>): void {
    for (const [one, part] of parts) {
      one.payout -= part;
      one.invoiced += part;
      this.move('partner_payout', 'partner_invoiced', one.partner, 'USD', part);
    }
  }

  private move(from: string, to: string, partner: number | null, currency: string, amount: bigint): void {
    this.books.move(from, partner, currency, amount);
    this.books.move(to, partner, currency, -amount);
  }
}

export function totalOf({ commission, fee, carried }: Invoice): bigint {
  return commission + fee + carried;
}

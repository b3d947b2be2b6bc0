import { Billing } from './billing.ts';
import { Books, halfEven } from './books.ts';
import {
  type Click,
  type Commission,
  type Credit,
  type Customer,
  type Decision,
  dayMs,
  monthsAfter,
  newCustomer,
  type Payment,
  type Policy,
  Refused,
  type SaleSent,
  shareOf,
  weightsOf,
} from './facts.ts';

// What the contract says should happen, told a second time, simply, in memory and without the server's rooms.

export class Model {
  readonly books = new Books();
  readonly billing = new Billing(this.books);
  readonly clicks: Click[] = [];
  readonly payments: Payment[] = [];
  readonly otherCommissions: Commission[] = [];
  customers: Customer[] = [];
  readonly policies: Policy[][] = [[], []];
  readonly groupsOf: { group: number; since: number }[][];
  readonly enrolled: boolean[];
  settings = { model: 'last_click', window: 60, organic: 'reject', feeBps: 0n, feeFree: 0n };
  now = 0;

  constructor(partners: number) {
    this.groupsOf = Array.from({ length: partners }, () => [{ group: 0, since: 0 }]);
    this.enrolled = Array.from({ length: partners }, () => true);
  }

  /** Whether the click is taken; its id is told by the server. */
  click(partner: number, web: string | null, earlier: Click | null, id: string): void {
    const visitor = earlier?.visitor ?? `visitor of ${id}`;
    const click: Click = { id, partner, at: this.now, visitor, web, paid: false };
    const policy = this.policyOf(partner, this.now, null);
    const paidLately = this.clicks.some(
      (one) => one.paid && one.visitor === visitor && one.partner === partner && one.at > this.now - dayMs,
    );
    if (policy?.type === 'cpc' && !paidLately) {
      click.paid = true;
      this.earn(this.otherCommissions, partner, policy, policy.fixed as bigint, 'USD', this.now);
    }
    this.clicks.push(click);
  }

  lead(key: string | null, clickId: string | null): void {
    const { customer, click } = this.find(key, clickId);
    if (customer === undefined && click === undefined)
      throw new Refused('Customer not found. Provide a valid click_id or customer_key.');
    if (customer?.status === 'conversion')
      throw new Refused('Customer status cannot be updated to lead. Current status: conversion');
    const bound = this.bind(customer, key, null, click, null);
    if (bound.status === 'lead') return;
    bound.status = 'lead';
    if (bound.leadEarned) return;
    const { credits } = this.choose(bound, this.now);
    for (const partner of weightsOf(credits).keys()) {
      const policy = this.policyOf(partner, this.now, null);
      if (policy?.type !== 'cpl') continue;
      const amount = shareOf(policy.fixed as bigint, credits, partner);
      if (amount === 0n) continue;
      this.earn(this.otherCommissions, partner, policy, amount, 'USD', this.now);
      bound.leadEarned = true;
    }
  }

  /** The payment and whether it was new; undefined: a duplicate, and nothing changed. */
  sale(sent: SaleSent): Payment | undefined {
    const stored = this.payments.find((payment) => payment.id === sent.id);
    if (stored === undefined) {
      const customer = this.buyer(sent.key, sent.click);
      return this.record({ ...sent, source: 'sale' }, customer);
    }
    const sameMoney = stored.amount === sent.amount && stored.currency === sent.currency;
    const lacksPartner = stored.decision.credits.length === 0 && !stored.redecided && stored.refunds === 0;
    if (stored.source === 'sale' || !sameMoney || !lacksPartner) return undefined;
    // That it is in comes before any refusal.
    const customer = this.tried(() => this.buyer(sent.key, sent.click));
    if (customer === null || customer instanceof Refused) return undefined;
    const others = this.payments.filter((payment) => payment !== stored);
    const decision = this.decide(customer, { ...sent, at: stored.at }, others);
    if (decision.reason === 'partner_not_enrolled') return undefined;
    stored.customer = customer;
    stored.redecided = true;
    this.settle(stored, decision, { ...sent, at: stored.at }, others);
    return stored;
  }

  attribute(id: string, web: string, email: string, amount: bigint): 'recorded' | 'completed' | 'known' {
    const stored = this.payments.find((payment) => payment.id === id);
    if (stored !== undefined) return this.addVisit(stored, web, email, amount);
    const customer = this.visitor(web, email);
    const none = { tax: 0n, shipping: 0n, product: null, subscription: null, key: null, click: null };
    this.record({ ...none, id, amount, currency: 'USD', at: this.now, source: 'attribute' }, customer);
    return 'recorded';
  }

  private addVisit(stored: Payment, web: string, email: string, amount: bigint): 'completed' | 'known' {
    if (stored.source === 'attribute' || stored.isVisitNamed) return 'known';
    if (stored.amount !== amount || stored.currency !== 'USD') return 'known';
    stored.isVisitNamed = true;
    const lacksPartner = stored.decision.credits.length === 0 && !stored.redecided && stored.refunds === 0;
    if (stored.customer !== null) this.bind(stored.customer, null, email, undefined, web);
    if (!lacksPartner) return 'completed';
    const customer = stored.customer ?? this.visitor(web, email);
    const others = this.payments.filter((payment) => payment !== stored);
    const decision = this.decide(customer, stored.sent, others);
    if (decision.credits.length === 0) return 'completed';
    stored.customer = customer;
    stored.redecided = true;
    this.settle(stored, decision, stored.sent, others);
    return 'completed';
  }

  private visitor(web: string, email: string): Customer {
    const seen = this.customers.filter(({ webs }) => webs.has(web));
    const known =
      seen.find((customer) => customer.email === email) ??
      seen.at(-1) ??
      this.customers.find((customer) => customer.email === email);
    return this.bind(known, null, email, undefined, web);
  }

  refund(payment: Payment, asked: bigint | null, key: string | null): { status: string; deducted: bigint } {
    const left = payment.amount - payment.refunded;
    const skipped = { status: 'skipped', deducted: 0n };
    if (key !== null && payment.refundKeys.has(key)) return skipped;
    if (left === 0n) return skipped;
    if (key === null && asked !== null && asked < payment.amount && payment.refunds > 0) return skipped;
    const amount = asked === null || (key === null && asked === payment.amount) ? left : asked;
    if (amount > left) throw new Refused('refund_amount_cents exceeds the refundable amount');
    if (key !== null) payment.refundKeys.add(key);
    payment.refunds += 1;
    const before = payment.refunded;
    payment.refunded += amount;
    const { currency } = payment;
    this.books.move('customer_receipts', null, currency, -amount);
    this.books.move(
      payment.decision.credits.length > 0 ? 'revenue_attributed' : 'revenue_organic',
      null,
      currency,
      amount,
    );
    let deducted = 0n;
    for (const commission of payment.commissions) deducted += this.settleKept(commission, payment);
    const fee = payment.fee ?? 0n;
    const returned =
      halfEven(fee, payment.amount - before, payment.amount) -
      halfEven(fee, payment.amount - payment.refunded, payment.amount);
    this.books.move('fee_expense', null, currency, -returned);
    this.books.move('fee_payable', null, currency, returned);
    this.billing.owe({ of: payment, partner: null, currency, amount: -returned, at: this.now });
    if (payment.commissions.length === 0) return { status: 'no_commission', deducted };
    return { status: payment.refunded === payment.amount ? 'reversed' : 'refunded', deducted };
  }

  /** Brings a commission's money to what its payment (null: none earned it) and its verdict leave of it. */
  private settleKept(commission: Commission, payment: Payment | null): bigint {
    const beyond = commission.invoiced + commission.payout + commission.paid;
    const held = commission.pending + commission.approved + beyond;
    const left =
      payment === null
        ? commission.amount
        : halfEven(commission.amount, payment.amount - payment.refunded, payment.amount);
    const kept = commission.verdict === 'rejected' ? 0n : left;
    const isDue = commission.released || beyond !== 0n;
    const rest = kept - beyond;
    const [pending, approved] = isDue ? [0n, rest] : [rest, 0n];
    const { partner, currency } = commission;
    this.books.move('commission_expense', partner, currency, kept - held);
    this.books.move('partner_pending', partner, currency, commission.pending - pending);
    this.books.move('partner_approved', partner, currency, commission.approved - approved);
    this.billing.owe({
      of: commission,
      partner,
      currency,
      amount: approved - commission.approved,
      at: this.now,
    });
    if (pending !== commission.pending || approved !== commission.approved) commission.movedAt = this.now;
    commission.pending = pending;
    commission.approved = approved;
    return held - kept;
  }

  /** Returns whether it was refused, and how. */
  judge(
    commission: Commission,
    payment: Payment | null,
    verdict: 'approve' | 'reject' | 'hold',
    until: number,
  ): 'done' | 'not_pending' | 'too_early' {
    const isRejected = commission.verdict === 'rejected';
    const { approved, invoiced, payout, paid } = commission;
    const isReleased =
      commission.verdict === 'approved' || [approved, invoiced, payout, paid].some((minor) => minor !== 0n);
    if (verdict === 'hold') {
      if (isRejected || isReleased) return 'not_pending';
      if (until <= commission.holdUntil) return 'too_early';
      commission.holdUntil = until;
      return 'done';
    }
    if (verdict === 'approve' && !isRejected && isReleased) return 'done';
    commission.verdict = verdict === 'approve' ? 'approved' : 'rejected';
    if (verdict === 'approve') commission.released = true;
    this.settleKept(commission, payment);
    return 'done';
  }

  get commissions(): Commission[] {
    return [...this.otherCommissions, ...this.payments.flatMap((payment) => payment.commissions)];
  }

  release(): void {
    for (const commission of this.commissions) {
      const { pending, partner, currency } = commission;
      if (!commission.automatic || commission.holdUntil > this.now || pending <= 0n) continue;
      commission.pending = 0n;
      commission.released = true;
      commission.approved += pending;
      this.books.move('partner_pending', partner, currency, pending);
      this.books.move('partner_approved', partner, currency, -pending);
      // As of the end of the hold: when the release comes does not decide in which week it is billed.
      const at = Math.max(commission.holdUntil, commission.movedAt);
      this.billing.owe({ of: commission, partner, currency, amount: pending, at });
    }
  }

  /** The Monday run: whatever is due is released before. */
  bill(): void {
    this.release();
    this.billing.bill(this.now);
  }

  /** Runs an act; when it is refused nothing of it stays. */
  tried<T>(act: () => T): T | Refused {
    const before = new Map(
      this.customers.map((one) => [
        one,
        { ...one, visitors: new Set(one.visitors), webs: new Set(one.webs) },
      ]),
    );
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.customers = [...before].map(([customer, saved]) => Object.assign(customer, saved));
      return error;
    }
  }

  private find(
    key: string | null,
    clickId: string | null,
  ): { customer: Customer | undefined; click: Click | undefined } {
    const click = this.clicks.find(({ id }) => id === clickId);
    const byKey = key === null ? undefined : this.customers.find((customer) => customer.key === key);
    if (byKey !== undefined || click === undefined) return { customer: byKey, click };
    const sharers = this.customers.filter(
      ({ visitors, webs }) => visitors.has(click.visitor) || (click.web !== null && webs.has(click.web)),
    );
    return { customer: key === null ? sharers.at(-1) : sharers.find((sharer) => sharer.key === null), click };
  }

  private bind(
    known: Customer | undefined,
    key: string | null,
    email: string | null,
    click: Click | undefined,
    web: string | null,
  ): Customer {
    const customer = known ?? newCustomer();
    if (known === undefined) this.customers.push(customer);
    customer.key ??= key;
    customer.email ??= email;
    if (click !== undefined) {
      customer.visitors.add(click.visitor);
      if (click.web !== null) customer.webs.add(click.web);
    }
    if (web !== null) customer.webs.add(web);
    return customer;
  }

  private buyer(key: string | null, clickId: string | null): Customer | null {
    const { customer, click } = this.find(key, clickId);
    if (customer === undefined && click === undefined) {
      if (this.settings.organic === 'reject')
        throw new Refused('Customer not found. Provide customer_key or click_id.');
      if (key === null) return null;
    }
    return this.bind(customer, key, null, click, null);
  }

  private refuseStrangers(decision: Decision): void {
    if (this.settings.organic === 'reject' && decision.reason === 'partner_not_enrolled') {
      throw new Refused('No partner-program relationship found for this customer');
    }
  }

  private record(sent: SaleSent & { source: Payment['source'] }, customer: Customer | null): Payment {
    const { id, source, amount, currency, at, subscription } = sent;
    const others = [...this.payments];
    const decision = this.decide(customer, sent, others);
    if (source === 'sale') this.refuseStrangers(decision);
    const payment: Payment = {
      ...{ id, source, amount, currency, at, subscription, customer, decision },
      ...{ sent, isVisitNamed: source === 'attribute' },
      ...{ redecided: false, commissions: [], fee: null, refunded: 0n, refundKeys: new Set(), refunds: 0 },
    };
    this.payments.push(payment);
    this.books.move('customer_receipts', null, currency, amount);
    this.books.move('revenue_organic', null, currency, -amount);
    this.settle(payment, decision, sent, others);
    return payment;
  }

  /** Credits, commissions and fee of a payment whose revenue stands as organic so far. */
  private settle(payment: Payment, decision: Decision, sent: SaleSent, others: readonly Payment[]): void {
    const { customer, amount, currency } = payment;
    payment.decision = decision;
    if (customer !== null) customer.status = 'conversion';
    if (decision.credits.length === 0 || customer === null) return;
    const revenueBefore = -this.books.of('revenue_attributed', null, 'USD');
    this.books.move('revenue_organic', null, currency, amount);
    this.books.move('revenue_attributed', null, currency, -amount);
    decision.reason = this.earnShares(payment, customer, sent, others);
    if (payment.commissions.length > 0) customer.bound ??= payment;
    if (this.settings.feeBps === 0n) return;
    const isFree = currency !== 'USD' || revenueBefore < this.settings.feeFree;
    payment.fee = isFree ? 0n : halfEven(amount, this.settings.feeBps, 10_000n);
    this.books.move('fee_expense', null, currency, payment.fee);
    this.books.move('fee_payable', null, currency, -payment.fee);
    this.billing.owe({ of: payment, partner: null, currency, amount: payment.fee, at: this.now });
  }

  private earnShares(
    payment: Payment,
    customer: Customer,
    sent: SaleSent,
    others: readonly Payment[],
  ): string | null {
    const { credits } = payment.decision;
    const paidBefore = others.filter((one) => one.customer === customer).map((one) => one.at);
    const firstPaid = Math.min(payment.at, ...paidBefore);
    const isEarliest = paidBefore.every((at) => payment.at < at);
    const isFirst = isEarliest && !(paidBefore.length > 0 && customer.oneTimeEarned);
    const reasons: string[] = [];
    for (const partner of weightsOf(credits).keys()) {
      const policy = this.policyOf(partner, payment.at, sent.product);
      if (policy === undefined || policy.type === 'cpc' || policy.type === 'cpl') {
        reasons.push('no_sale_policy');
        continue;
      }
      const within =
        policy.type === 'cps_lifetime' ||
        (policy.type === 'cps_one_time' ? isFirst : payment.at < monthsAfter(firstPaid, policy.months));
      if (!within) {
        reasons.push('commission_duration_ended');
        continue;
      }
      const base =
        sent.amount - (policy.excludeTax ? sent.tax : 0n) - (policy.excludeShipping ? sent.shipping : 0n);
      const paidIn = policy.fixed === null ? payment.currency : 'USD';
      const volume = this.volumeOf(partner, payment.at, others);
      const tier = policy.tiers.filter(({ from }) => from <= volume).at(-1);
      const free =
        policy.fixed === null
          ? halfEven(base, tier?.pay ?? (policy.rate as bigint), 10_000n)
          : (tier?.pay ?? policy.fixed);
      const whole = paidIn === 'USD' ? bounded(free, base, policy) : free;
      const earnedBefore = others
        .filter((one) => one.customer === customer)
        .flatMap(({ commissions }) => commissions)
        .filter((one) => one.partner === partner && one.currency === paidIn)
        .reduce((sum, one) => sum + one.amount, 0n);
      const share = shareOf(whole, credits, partner);
      const amount =
        policy.cap !== null && paidIn === 'USD' ? least(share, policy.cap - earnedBefore) : share;
      if (amount <= 0n) {
        reasons.push('zero_commission');
        continue;
      }
      this.earn(payment.commissions, partner, policy, amount, paidIn, payment.at);
      if (policy.type === 'cps_one_time') customer.oneTimeEarned = true;
    }
    return payment.commissions.length > 0 ? null : (reasons[0] ?? 'no_sale_policy');
  }

  /** What a partner's sales in dollars of a month came to, net of refunds. */
  private volumeOf(partner: number, at: number, payments: readonly Payment[]): bigint {
    const month = new Date(at).toISOString().slice(0, 7);
    return payments
      .filter((one) => one.currency === 'USD' && new Date(one.at).toISOString().startsWith(month))
      .filter(({ commissions }) =>
        commissions.some((one) => one.partner === partner && one.verdict !== 'rejected'),
      )
      .reduce((sum, { amount, refunded }) => sum + amount - refunded, 0n);
  }

  private earn(
    list: Commission[],
    partner: number,
    policy: Policy,
    amount: bigint,
    currency: string,
    at: number,
  ): void {
    const { type, automatic, hold } = policy;
    list.push({
      partner,
      type,
      amount,
      currency,
      holdUntil: at + hold * dayMs,
      automatic,
      movedAt: this.now,
      pending: amount,
      approved: 0n,
      invoiced: 0n,
      payout: 0n,
      paid: 0n,
      released: false,
      verdict: null,
    });
    this.books.move('commission_expense', partner, currency, amount);
    this.books.move('partner_pending', partner, currency, -amount);
  }

  private decide(customer: Customer | null, sent: SaleSent, others: readonly Payment[]): Decision {
    if (customer === null) return { credits: [], reason: 'no_touch' };
    if (customer.bound !== null) return this.stay(customer.bound.decision.credits);
    const first =
      sent.subscription === null
        ? undefined
        : others.find((one) => one.customer === customer && one.subscription === sent.subscription);
    if (first !== undefined) {
      return first.decision.credits.length > 0
        ? this.stay(first.decision.credits)
        : { ...first.decision, credits: [] };
    }
    return this.choose(customer, sent.at);
  }

  private stay(credits: readonly Credit[]): Decision {
    const kept = credits.filter(({ partner }) => this.enrolled[partner]);
    return kept.length > 0
      ? { credits: kept, reason: null }
      : { credits: [], reason: 'partner_not_enrolled' };
  }

  private choose(customer: Customer, paidAt: number): Decision {
    const own = this.clicks.filter(
      ({ visitor, web }) => customer.visitors.has(visitor) || (web !== null && customer.webs.has(web)),
    );
    const before = own.filter(({ at }) => at <= paidAt);
    const enrolled = before.filter(({ partner }) => this.enrolled[partner]);
    if (enrolled.length === 0)
      return { credits: [], reason: before.length > 0 ? 'partner_not_enrolled' : 'no_touch' };
    const inside = enrolled.filter(({ at }) => paidAt - at <= this.settings.window * dayMs);
    if (inside.length === 0) return { credits: [], reason: 'attribution_window_expired' };
    const newestFirst = inside.sort((a, b) => b.at - a.at);
    const winners =
      this.settings.model === 'linear'
        ? newestFirst
        : [(this.settings.model === 'last_click' ? newestFirst[0] : newestFirst.at(-1)) as Click];
    return { credits: winners.map(({ id, partner }) => ({ click: id, partner })), reason: null };
  }

  private policyOf(partner: number, at: number, product: string | null): Policy | undefined {
    const group = this.groupsOf[partner]?.filter(({ since }) => since <= at).at(-1)?.group ?? 0;
    const inForce = (this.policies[group] ?? []).filter(({ from }) => from <= at);
    const own = product === null ? undefined : inForce.filter((policy) => policy.product === product).at(-1);
    return own ?? inForce.filter((policy) => policy.product === null).at(-1);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function bounded(amount: bigint, base: bigint, { min, max }: Policy): bigint {
  if (min !== null && amount < min && base > 0n) return min;
  return max === null ? amount : least(amount, max);
}

import { expect } from 'vitest';
import { issueInvoices } from '../../src/billing/index.ts';
import { releaseHolds } from '../../src/commissions/index.ts';
import type { Story } from '../story.ts';
import { tellStory } from '../story.ts';
import type { Reply, TestServer } from '../test-server.ts';
import { totalOf } from './billing.ts';
import { type Commission, type Payment, Refused, type SaleSent } from './facts.ts';
import { Model } from './model.ts';
import { type Operation, sizes } from './operations.ts';

/** A program on the real server, and the model of it: every operation is done to both, and both must answer alike. */
export class Play {
  readonly model = new Model(sizes.partners);
  readonly sent: Record<string, unknown>[] = [];
  private readonly server: TestServer;
  readonly story: Story;
  readonly workspaceId: number;
  readonly partnerIds: readonly number[];
  private readonly groupIds: readonly number[];
  private readonly name: string;
  /** Of the person who approves payouts. */
  private readonly secondKey: string;
  private readonly lastClicks = new Map<number, string>();

  private constructor(
    server: TestServer,
    story: Story,
    workspaceId: number,
    partnerIds: readonly number[],
    groupIds: readonly number[],
    name: string,
    secondKey: string,
  ) {
    this.server = server;
    this.secondKey = secondKey;
    this.story = story;
    this.workspaceId = workspaceId;
    this.partnerIds = partnerIds;
    this.groupIds = groupIds;
    this.name = name;
  }

  static async begin(server: TestServer, name: string): Promise<Play> {
    server.clock.set('2026-06-15T12:00:00.000Z');
    const story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 2500 } });
    const path = `/api/v1/programs/${story.programId}`;
    const { body: group } = await server.post(`${path}/groups`, { name: 'Others' }, server.key);
    const partnerIds: number[] = [];
    for (let index = 0; index < sizes.partners; index += 1) {
      const { id } = await story.addPartner(`${name}-${index}`);
      partnerIds.push(id);
      const method = { method: 'paypal', email: 'partner@example.com' };
      await server.call('PUT', `${path}/partners/${id}/payout-method`, method, { token: server.key });
    }
    for (let browser = 0; browser < sizes.browsers; browser += 1)
      await story.pageview(`b${browser}`, `s${browser}`);
    const [row] = await server.database.postgres.query<{ id: number }>(
      'select workspace_id as id from programs where id = $1',
      [story.programId],
    );
    const { body: second } = await server.post('/api/v1/api-keys', { name: 'second' }, server.key);
    const play = new Play(
      server,
      story,
      (row as { id: number }).id,
      partnerIds,
      [story.groupId, group.data.id],
      name,
      second.data.key,
    );
    play.model.policies[0]?.push({
      ...{ type: 'cps_lifetime', rate: 2500n, fixed: null, months: 0, hold: 15, automatic: true },
      ...{
        product: null,
        excludeTax: false,
        excludeShipping: false,
        min: null,
        max: null,
        cap: null,
        tiers: [],
        from: 0,
      },
    });
    return play;
  }

  async act(operation: Operation): Promise<void> {
    // A second passes before everything: the contract does not say which of two things at one instant is the later.
    this.server.clock.advance(1000 + (operation.do === 'wait' ? operation.hours * 3_600_000 : 0));
    this.model.now = this.server.clock.now().getTime();
    switch (operation.do) {
      case 'wait':
        return;
      case 'click':
        return this.click(operation);
      case 'lead':
        return this.lead(operation);
      case 'sale':
        return this.sale(operation);
      case 'attribute':
        return this.attribute(operation);
      case 'refund':
        return this.refund(operation);
      case 'release':
        return this.release();
      case 'bill':
        return this.bill(operation.times);
      case 'settle':
        return this.settle();
      case 'payout':
        return this.payout(operation.outcome);
      case 'judge':
        return this.judge(operation);
      default:
        return this.setUp(operation);
    }
  }

  private async click({
    partner,
    browser,
    tracked,
    again,
  }: Extract<Operation, { do: 'click' }>): Promise<void> {
    const web = tracked ? `b${browser}` : null;
    const earlierId = again ? this.lastClicks.get(browser) : undefined;
    const reply = await this.server.post('/api/v1/track/click', {
      affiliate_url: `https://shop.example/?aff=${this.name}-${partner}`,
      visitor_id: web,
      existing_click_id: earlierId,
    });
    expect(reply.status).toBe(200);
    expect(reply.body.success).toBe(this.model.enrolled[partner]);
    if (!this.model.enrolled[partner]) return;
    const earlier = this.model.clicks.find(({ id }) => id === earlierId) ?? null;
    this.model.click(partner, web, earlier, reply.body.click_id);
    this.lastClicks.set(browser, reply.body.click_id);
  }

  private async lead({ key, click }: Extract<Operation, { do: 'lead' }>): Promise<void> {
    const [customerKey, clickId] = [keyOf(key), this.clickId(click)];
    if (customerKey === null && clickId === null) return;
    const reply = await this.story.lead({ customer_key: customerKey, click_id: clickId });
    const expected = this.model.tried(() => this.model.lead(customerKey, clickId));
    expectLike(reply, expected, 200);
  }

  private async sale(operation: Extract<Operation, { do: 'sale' }>): Promise<void> {
    const { key, click, repeats, currency, product, subscription } = operation;
    const repeated = repeats === null ? undefined : pick(this.model.payments, repeats);
    const total =
      repeated !== undefined && operation.taxPercent === 0 ? Number(repeated.amount) : operation.amount;
    const part = (percent: number) => Math.floor((total * percent) / 100);
    const sent: SaleSent = {
      id: repeated?.id ?? `txn-${this.sent.length}`,
      key: keyOf(key),
      click: this.clickId(click),
      amount: BigInt(total),
      currency: repeated === undefined ? currency : repeated.currency,
      subscription: subscription === null ? null : `sub-${subscription}`,
      at: this.model.now - operation.hoursAgo * 3_600_000,
      tax: BigInt(part(operation.taxPercent)),
      shipping: BigInt(part(operation.shippingPercent)),
      product: product === null ? null : `product-${product}`,
    };
    const body = {
      transaction_id: sent.id,
      customer_key: sent.key,
      click_id: sent.click,
      amount_cents: total,
      currency: sent.currency.toLowerCase(),
      subscription_id: sent.subscription,
      occurred_at: new Date(sent.at).toISOString(),
      tax_cents: Number(sent.tax),
      shipping_cents: Number(sent.shipping),
      product_id: sent.product,
    };
    this.sent.push(body);
    const reply = await this.story.sale(body);
    const expected = this.model.tried(() => this.model.sale(sent));
    expectLike(reply, expected, expected === undefined ? 409 : 200);
    if (expected === undefined || expected instanceof Refused) return;
    expect(reply.body.commission_id !== null).toBe(expected.commissions.length > 0);
    if (expected.commissions.length === 0) {
      expect(reply.body).toMatchObject({
        reason: expected.decision.reason,
        attributed: expected.decision.credits.length > 0,
      });
    }
  }

  private async attribute({
    browser,
    email,
    amount,
    repeats,
  }: Extract<Operation, { do: 'attribute' }>): Promise<void> {
    const repeated = repeats === null ? undefined : pick(this.model.payments, repeats);
    const id = repeated?.id ?? `txn-${this.sent.length}`;
    const address = `person${email}@x.example`;
    const revenue = repeated !== undefined && amount % 2 === 0 ? Number(repeated.amount) : amount;
    const body = {
      transaction_id: id,
      visitor_id: `b${browser}`,
      session_id: `s${browser}`,
      email: address,
      revenue,
    };
    this.sent.push({});
    const reply = await this.story.attribute(body);
    expect(reply.status).toBe(200);
    const expected = this.model.attribute(id, `b${browser}`, address, BigInt(revenue));
    expect(reply.body.duplicate ?? false).toBe(expected === 'known');
  }

  private async refund({
    payment: index,
    percent,
    key,
  }: Extract<Operation, { do: 'refund' }>): Promise<void> {
    const payment = pick(this.model.payments, index);
    if (payment === undefined) return;
    const share = percent === null ? null : (payment.amount * BigInt(percent)) / 100n;
    const asked = share === null || share === 0n ? null : share;
    const refundKey = key === null ? null : `refund-${key}`;
    const reply = await this.story.refund({
      transaction_id: payment.id,
      refund_amount_cents: asked === null ? null : Number(asked),
      refund_id: refundKey,
    });
    const expected = this.model.tried(() => this.model.refund(payment, asked, refundKey));
    expectLike(reply, expected, 200);
    if (expected instanceof Refused) return;
    expect(reply.body.status).toBe(expected.status);
    const [only, ...others] = payment.commissions;
    if (only !== undefined && others.length === 0 && expected.status !== 'skipped') {
      const decimals = { JPY: 0, KWD: 3 }[only.currency] ?? 2;
      expect(reply.body.deductionAmount).toBeCloseTo(Number(expected.deducted) / 10 ** decimals, decimals);
    }
  }

  private async release(): Promise<void> {
    await releaseHolds(this.server.database.postgres, this.server.clock.now());
    this.model.release();
  }

  private async judge(operation: Extract<Operation, { do: 'judge' }>): Promise<void> {
    const { model } = this;
    const commission = pick(model.commissions, operation.commission);
    if (commission === undefined) return;
    const payment = model.payments.find(({ commissions }) => commissions.includes(commission)) ?? null;
    const id = await this.commissionId(commission, payment);
    const until = model.now + operation.hours * 3_600_000;
    const reply = await this.server.post(
      `/api/v1/commissions/${id}/${operation.verdict}`,
      { reason: 'the law', hold_until: new Date(until).toISOString() },
      this.server.key,
    );
    const expected = model.judge(commission, payment, operation.verdict, until);
    const status = { done: 200, not_pending: 409, too_early: 400 }[expected];
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  }

  /** Of a partner's clicks and leads the n-th is the n-th of the model's: they come one after the other. */
  private async commissionId(commission: Commission, payment: Payment | null): Promise<bigint | undefined> {
    const alike = this.model.otherCommissions.filter(
      ({ partner, type }) => partner === commission.partner && type === commission.type,
    );
    const rows = await this.server.database.postgres.query<{ id: bigint }>(
      `select c.id from commissions c
       left join payments p on p.workspace_id = c.workspace_id and p.id = c.payment_id
       where c.program_id = $1 and c.partner_id = $2 and p.transaction_id is not distinct from $3
         and (p.id is not null or c.type = $4) order by c.id`,
      [this.story.programId, this.partnerIds[commission.partner], payment?.id ?? null, commission.type],
    );
    return rows[payment === null ? alike.indexOf(commission) : 0]?.id;
  }

  /** The Monday run, once or twice at once, whenever it comes. */
  private async bill(times: number): Promise<void> {
    const deps = { postgres: this.server.database.postgres, clock: this.server.clock };
    await Promise.all(Array.from({ length: times }, () => issueInvoices(deps)));
    this.model.bill();
  }

  private async settle(): Promise<void> {
    const open = this.model.billing.invoices.findIndex(({ paid }) => !paid);
    if (open < 0) return;
    const rows = await this.server.database.postgres.query<{ id: bigint; total: bigint }>(
      'select id, total_minor as total from invoices where program_id = $1 order by period_start, currency',
      [this.story.programId],
    );
    const invoice = this.model.billing.invoices[open];
    if (invoice === undefined) return;
    expect(rows[open]?.total).toBe(totalOf(invoice));
    const reply = await this.server.post(`/api/v1/invoices/${rows[open]?.id}/pay`, {}, this.server.key);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    this.model.billing.pay(invoice);
  }

  private async payout(outcome: Extract<Operation, { do: 'payout' }>['outcome']): Promise<void> {
    const { billing, commissions } = this.model;
    const parts = billing.payout(commissions);
    const path = `/api/v1/programs/${this.story.programId}/payout-batches`;
    const reply = await this.server.post(path, {}, this.server.key);
    expect(reply.status, JSON.stringify(reply.body)).toBe(parts === undefined ? 409 : 201);
    if (parts === undefined || outcome === 'leave') return;
    const act = async (what: string, body: Record<string, unknown> = {}) => {
      const answer = await this.server.post(`/api/v1/${what}`, body, this.secondKey);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    };
    const { id, lines } = reply.body.data;
    if (outcome === 'reject') {
      await act(`payout-batches/${id}/reject`, { reason: 'not now' });
      billing.comeBack(parts);
      return;
    }
    await act(`payout-batches/${id}/approve`);
    await act(`payout-batches/${id}/start`);
    for (const line of lines) {
      await act(`payouts/${line.id}/${outcome}`, outcome === 'fail' ? { reason: 'no such account' } : {});
    }
    if (outcome === 'complete') billing.arrive(parts);
    else billing.comeBack(parts);
  }

  private async setUp(
    operation: Extract<Operation, { do: 'policy' | 'settings' | 'move' | 'standing' }>,
  ): Promise<void> {
    const { model } = this;
    const call = async (method: string, path: string, body: unknown) => {
      const reply = await this.server.call(method, `/api/v1${path}`, body, { token: this.server.key });
      expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
    };
    const program = `/programs/${this.story.programId}`;
    if (operation.do === 'policy') {
      const { group, type, rate, hold, approval, excludeTax, excludeShipping } = operation;
      const fixed = type === 'cpc' || type === 'cpl' ? (operation.fixed ?? 100) : operation.fixed;
      const months = type === 'cps_recurring' ? operation.months : 0;
      const product = operation.product === null ? null : `product-${operation.product}`;
      const isSale = type !== 'cpc' && type !== 'cpl';
      const min = isSale ? operation.min : null;
      const max = isSale && operation.span !== null ? (min ?? 1) + operation.span : null;
      const cap = isSale ? operation.cap : null;
      let from = 0;
      const tiers = (isSale ? operation.tiers : []).map(({ above, pay }) => {
        from += above;
        return { from, pay };
      });
      await call('POST', `/groups/${this.groupIds[group]}/policies`, {
        type,
        ...(fixed === null ? { rate_bps: rate } : { fixed_cents: fixed }),
        ...(months > 0 ? { duration_months: months } : {}),
        hold_period_days: hold,
        approval,
        product_id: product,
        exclude_tax: excludeTax,
        exclude_shipping: excludeShipping,
        min_cents: min,
        max_cents: max,
        customer_cap_cents: cap,
        tiers: tiers.map((tier) => ({
          from_cents: tier.from,
          ...(fixed === null ? { rate_bps: tier.pay } : { fixed_cents: tier.pay }),
        })),
      });
      model.policies[group]?.push({
        ...{
          type,
          months,
          hold,
          product,
          excludeTax,
          excludeShipping,
          from: model.now,
          automatic: approval === 'automatic',
        },
        rate: fixed === null ? BigInt(rate) : null,
        fixed: fixed === null ? null : BigInt(fixed),
        min: min === null ? null : BigInt(min),
        max: max === null ? null : BigInt(max),
        cap: cap === null ? null : BigInt(cap),
        tiers: tiers.map((tier) => ({ from: BigInt(tier.from), pay: BigInt(tier.pay) })),
      });
    } else if (operation.do === 'settings') {
      const { model: attribution_model, window, organic, feeBps, feeFree } = operation;
      await call('PATCH', program, {
        ...{ attribution_model, attribution_window_days: window, organic_payments: organic },
        ...{ fee_bps: feeBps, fee_free_revenue: feeFree },
      });
      model.settings = {
        model: attribution_model,
        window,
        organic,
        feeBps: BigInt(feeBps),
        feeFree: BigInt(feeFree),
      };
    } else if (operation.do === 'move') {
      await call('PATCH', `${program}/partners/${this.partnerIds[operation.partner]}`, {
        group_id: this.groupIds[operation.group],
      });
      model.groupsOf[operation.partner]?.push({ group: operation.group, since: model.now });
    } else {
      await call('PATCH', `${program}/partners/${this.partnerIds[operation.partner]}`, {
        status: operation.status,
      });
      model.enrolled[operation.partner] = operation.status === 'approved';
    }
  }

  private clickId(index: number | null): string | null {
    return index === null ? null : (pick(this.model.clicks, index)?.id ?? null);
  }
}

const keyOf = (key: number | null) => (key === null ? null : `person-${key}`);

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}

function expectLike(reply: Reply, expected: unknown, status: number): void {
  const told = JSON.stringify(reply.body);
  if (expected instanceof Refused)
    expect([reply.status, reply.body.error], told).toEqual([400, expected.message]);
  else expect(reply.status, told).toBe(status);
}

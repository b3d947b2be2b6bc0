import type { ChainStep, ChainVerdict } from '@headwater/contract';
import { recordLead } from '../customers/index.ts';
import { toMajor } from '../money/index.ts';
import { type FeeSettings, type PaymentDecision, readSale, recordPaymentIn } from '../payments/index.ts';
import {
  AppError,
  type Clock,
  createMetrics,
  type Hasher,
  invariant,
  type Postgres,
  type Transaction,
} from '../platform/index.ts';
import { createIngest, findClicks, noGeo, recordClick } from '../touches/index.ts';
import { type Directory, findLinkTarget, insertRehearsalPartner, type Program } from '../workspaces/index.ts';
import { findLeadPartner } from './queries.ts';

export interface RehearsalDeps {
  postgres: Postgres;
  clock: Clock;
  hasher: Hasher;
  fees: FeeSettings;
}

/** What the chain sends: as a partner's visitor, who signs up and buys. */
export interface Script {
  code: string;
  affiliateUrl: string;
  customerKey: string;
  transactionId: string;
  amountMinor: bigint;
}

export interface Rehearsed {
  steps: ChainStep[];
  verdict: { click: ChainVerdict; lead: ChainVerdict; sale: ChainVerdict };
  /** Null: no click was recorded. */
  clickId: string | null;
  decision: PaymentDecision | null;
}

/** Leaves a transaction that has answered, so that nothing of it stays. */
class RolledBack extends Error {
  readonly rehearsed: Rehearsed;

  constructor(rehearsed: Rehearsed) {
    super('rolled back');
    this.rehearsed = rehearsed;
  }
}

const browser =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

/**
 * Plays the script through the use cases that real events go through (a click, a server's lead, a sale), for a partner of
 * the default group made for it, in one transaction that is rolled back: decisions, commission, ledger entries, events and
 * webhooks all came about and none of them is kept.
 */
export async function rehearse(deps: RehearsalDeps, program: Program, script: Script): Promise<Rehearsed> {
  try {
    return await deps.postgres.transaction(async (trx) => {
      const stage = new Stage({ deps, trx, program, script });
      throw new RolledBack(await stage.play());
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.rehearsed;
    throw error;
  }
}

class Stage {
  readonly #rehearsed: Rehearsed = {
    steps: [],
    verdict: { click: 'pending', lead: 'pending', sale: 'pending' },
    clickId: null,
    decision: null,
  };
  #partnerId = 0;
  readonly #on: { deps: RehearsalDeps; trx: Transaction; program: Program; script: Script };

  constructor(on: { deps: RehearsalDeps; trx: Transaction; program: Program; script: Script }) {
    this.#on = on;
  }

  async play(): Promise<Rehearsed> {
    if (await this.#step('click', () => this.#click()))
      if (await this.#step('lead', () => this.#lead())) await this.#step('sale', () => this.#sale());
    return this.#rehearsed;
  }

  /** A refusal is a result: it says what a real event would have been answered. The chain ends there. */
  async #step(
    name: 'click' | 'lead' | 'sale',
    act: () => Promise<{ verdict: ChainVerdict; text: string }>,
  ): Promise<boolean> {
    const { result, milliseconds } = await timed(() =>
      act().catch((error: unknown) => {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        return { verdict: 'unattributed' as const, text: `Refused: ${error.message}`, isOver: true };
      }),
    );
    const { verdict, text } = result;
    this.#rehearsed.steps.push({ name, verdict, text, milliseconds });
    this.#rehearsed.verdict[name] = verdict;
    return !('isOver' in result) && this.#rehearsed.clickId !== null;
  }

  async #click(): Promise<{ verdict: ChainVerdict; text: string }> {
    const { trx, program, script, deps } = this.#on;
    const partnerId = await insertRehearsalPartner(trx, program, script.code, deps.clock.now());
    if (partnerId === undefined) throw new AppError('code_taken', `A partner has the code ${script.code}`);
    this.#partnerId = partnerId;
    const postgres = asPostgres(trx);
    const outcome = await recordClick(
      {
        postgres,
        directory: { findLink: (code: string) => findLinkTarget(trx, code) } as Directory,
        ingest: createIngest(postgres),
        geo: noGeo,
        clock: deps.clock,
        // What /metrics shows are real events.
        metrics: createMetrics(),
      },
      { affiliate_url: script.affiliateUrl, user_agent: browser },
      { address: '127.0.0.1', userAgent: null, origin: null },
    );
    if (outcome.outcome !== 'recorded')
      return { verdict: 'unattributed', text: `The click was not taken: ${outcome.outcome}` };
    this.#rehearsed.clickId = outcome.clickId;
    const [click] = await findClicks(trx, program.workspaceId, [outcome.clickId]);
    return {
      verdict: this.#verdictOf(click?.partnerId),
      text: `A visitor came through ?aff=${script.code} and is remembered for ${outcome.cookieWindowDays} days`,
    };
  }

  async #lead(): Promise<{ verdict: ChainVerdict; text: string }> {
    const { trx, program, script, deps } = this.#on;
    await recordLead(
      {
        ...{ postgres: asPostgres(trx), clock: deps.clock, hasher: deps.hasher },
        directory: {} as Directory,
        digestAddress: async () => null as never,
      },
      program,
      { click_id: this.#rehearsed.clickId as string, customer_key: script.customerKey },
      { kind: 'server' },
    );
    const partnerId = await findLeadPartner(trx, program, script.customerKey);
    return {
      verdict: this.#verdictOf(partnerId),
      text: 'The visitor signed up: the customer key and the click are one person from now on',
    };
  }

  async #sale(): Promise<{ verdict: ChainVerdict; text: string }> {
    const { trx, program, script, deps } = this.#on;
    const now = deps.clock.now();
    const sale = {
      transaction_id: script.transactionId,
      customer_key: script.customerKey,
      amount_cents: Number(script.amountMinor),
      currency: program.currency,
    };
    const fact = readSale(deps.hasher, program, sale, null, now);
    const result = await recordPaymentIn(trx, { clock: deps.clock, fees: deps.fees }, fact);
    invariant(result.outcome === 'recorded', 'a payment under a new id is new');
    const { decision } = result.payment;
    this.#rehearsed.decision = decision;
    const earning = decision?.earnings[0];
    if (decision === null || earning === undefined)
      return {
        verdict: 'unattributed',
        text: whyNothing[decision?.reason ?? ''] ?? 'The sale earned nothing',
      };
    const amount = (minor: bigint) => `${toMajor(minor, earning.currency)} ${earning.currency}`;
    return {
      verdict: this.#verdictOf(earning.partnerId),
      text: `${amount(script.amountMinor)} were paid, and ${amount(earning.amountMinor)} are the partner’s, by version ${earning.policy.version} of the terms of group ${earning.policy.groupName}`,
    };
  }

  #verdictOf(partnerId: number | null | undefined): ChainVerdict {
    if (partnerId === null || partnerId === undefined) return 'unattributed';
    return partnerId === this.#partnerId ? 'attributed' : 'wrong_partner';
  }
}

const whyNothing: Readonly<Record<string, string>> = {
  no_sale_policy: 'No terms of the default group pay for sales: set its commission',
  zero_commission: 'The terms of the default group come to nothing for this sale',
  no_touch: 'The sale found no click of the customer',
  attribution_window_expired: 'The attribution window was over',
};

/** The open transaction as use cases want it: what they would commit by themselves becomes a part of it. */
export function asPostgres(trx: Transaction): Postgres {
  return {
    query: (what, values) => trx.query(what, values),
    transaction: (work) => work(trx),
    close: async () => {},
    get pool(): never {
      throw new Error('a rehearsal has no pool');
    },
  };
}

/** What something took, in milliseconds. */
export async function timed<T>(act: () => Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const startedAt = performance.now();
  const result = await act();
  return { result, milliseconds: Math.round((performance.now() - startedAt) * 10) / 10 };
}

import { type Currency, parseCurrency } from '../money/index.ts';
import { findRecorded, type PaymentFact, recordPaymentIn, refundPaymentIn } from '../payments/index.ts';
import { invariant } from '../platform/index.ts';
import { findNamedPartner, type Program } from '../workspaces/index.ts';
import { eachRow } from './each-row.ts';
import { findRef } from './key-queries.ts';
import { clickScope, keyOf } from './keys.ts';
import type { Judged, Money, Row, Taking, Verdict } from './part.ts';
import {
  type Cells,
  Refused,
  readAmount,
  readCurrencyCell,
  readFlag,
  readInstant,
  readText,
  requireInstant,
  requireText,
} from './read-cell.ts';

/**
 * Payments of the past, through the one door for money (payments/): each in the books as of its own time, with its
 * customer, its partner and what went back of it. One that is known by its id already, from whichever door, stays as it is;
 * only if more went back of it since is that added.
 */
export function takePayments(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { program } = taking;
  invariant(program !== null, 'payments are of a program');
  return eachRow(taking, rows, (row) => takePayment(taking, program, row.cells));
}

async function takePayment(
  taking: Taking,
  program: Program,
  cells: Cells,
): Promise<Verdict & { key: string | null }> {
  const { trx, deps, now } = taking;
  const transactionId = requireText(cells, 'transaction_id');
  requirePaid(cells);
  const currency = readCurrencyCell(cells, currencyOf(taking, program));
  const amountMinor = readPaid(cells, currency);
  const refundedMinor = readAmount(cells, 'refunded', currency) ?? 0n;
  if (refundedMinor < 0n || refundedMinor > amountMinor) {
    throw new Refused('refunded is not between nothing and the amount');
  }
  const occurredAt = requireInstant(cells, 'occurred_at', now);
  const refundedAt = readInstant(cells, 'refunded_at', now) ?? occurredAt;
  if (refundedAt < occurredAt) throw new Refused('refunded_at is before occurred_at');

  const known = await findRecorded(trx, program, transactionId);
  let money: Money = {
    ...{ currency, amountMinor, refundedMinor: 0n, attributedMinor: 0n, commissionMinor: 0n },
    payments: 1,
  };
  if (known === undefined) {
    const fact = await readFact(taking, program, cells, { transactionId, currency, amountMinor, occurredAt });
    const result = await recordPaymentIn(trx, deps, fact);
    invariant(result.outcome === 'recorded', 'a payment that nobody knows is recorded');
    const { decision } = result.payment;
    const own = (decision?.earnings ?? []).filter((earning) => earning.currency === currency);
    money = {
      ...money,
      attributedMinor: decision?.attributed ? amountMinor : 0n,
      commissionMinor: own.reduce((sum, earning) => sum + earning.amountMinor, 0n),
    };
  } else {
    if (known.amountMinor !== amountMinor || known.currency !== currency) {
      throw new Refused('transaction_id is known already, with another amount or currency');
    }
    money = { ...money, amountMinor: 0n, payments: 0 };
  }
  const moreMinor = refundedMinor - (known?.refundedMinor ?? 0n);
  if (moreMinor > 0n) {
    await refundPaymentIn(trx, deps, {
      program,
      source: 'import',
      transactionId,
      amountMinor: moreMinor,
      refundKey: `import up to ${refundedMinor}`,
      reason: null,
      occurredAt: refundedAt,
    });
  }
  if (known !== undefined && moreMinor <= 0n) return { outcome: 'already_there', key: transactionId };
  return {
    outcome: 'taken',
    money: { ...money, refundedMinor: moreMinor > 0n ? moreMinor : 0n },
    key: transactionId,
  };
}

function currencyOf(taking: Taking, program: Program): Currency {
  return parseCurrency(taking.import.settings.currency) ?? program.currency;
}

// In files of payment providers failed attempts stand beside payments.
const paidWords = new Set([
  'paid',
  'succeeded',
  'success',
  'successful',
  'complete',
  'completed',
  'captured',
  'approved',
  'refunded',
  'partially refunded',
  'partial refund',
  'partially_refunded',
  'disputed',
]);

function requirePaid(cells: Cells): void {
  const status = cells.get('status')?.toLowerCase();
  if (status !== undefined && !paidWords.has(status)) throw new Refused('status says that it was not paid');
}

function readPaid(cells: Cells, currency: Currency): bigint {
  const amount = readAmount(cells, 'amount', currency);
  if (amount === null) throw new Refused('amount is missing');
  if (amount === 0n) throw new Refused('amount is zero: no money moved');
  if (amount < 0n) throw new Refused('amount is below zero: a refund belongs into the row of its payment');
  return amount;
}

async function readFact(
  taking: Taking,
  program: Program,
  cells: Cells,
  told: Pick<PaymentFact, 'currency' | 'amountMinor' | 'occurredAt'> & { transactionId: string },
): Promise<PaymentFact> {
  const { deps } = taking;
  const taxMinor = readAmount(cells, 'tax', told.currency) ?? 0n;
  if (taxMinor < 0n || taxMinor > told.amountMinor)
    throw new Refused('tax is not between nothing and the amount');
  const address = readText(cells, 'customer_email', 254);
  const email = address === null ? null : deps.hasher.email(address);
  if (email === undefined) throw new Refused('customer_email is no email address');
  const customerKey = readText(cells, 'customer_key');
  const clickId = await findClickId(taking, program, cells);
  const namedPartnerId = await findPartnerId(taking, program, cells);
  if (namedPartnerId !== null && customerKey === null && email === null && clickId === null) {
    throw new Refused(
      'it names a partner and no customer: customer_key, customer_email or click_id is needed',
    );
  }
  const subscriptionId = readText(cells, 'subscription_id');
  return {
    ...told,
    source: taking.import.settings.commissions ? 'import_owed' : 'import',
    program,
    website: null,
    taxMinor,
    shippingMinor: 0n,
    saleType: subscriptionId === null ? 'payment' : 'subscription',
    isRecurring: readFlag(cells, 'is_recurring'),
    subscriptionId,
    subscriptionInterval: null,
    productId: readText(cells, 'product_id'),
    lineItems: null,
    additionalData: null,
    customerKey,
    clickId,
    email,
    visit: null,
    namedPartnerId,
  };
}

/** One of ours, or of another system whose clicks were imported. */
async function findClickId(taking: Taking, program: Program, cells: Cells): Promise<string | null> {
  const told = readText(cells, 'click_id');
  if (told === null || told.startsWith('clk_')) return told;
  const scope = clickScope(program);
  return (await findRef(taking.trx, program.workspaceId, scope, keyOf(scope, told))) ?? null;
}

async function findPartnerId({ trx, deps }: Taking, program: Program, cells: Cells): Promise<number | null> {
  const told = readText(cells, 'partner');
  if (told === null) return null;
  const email = told.includes('@') ? deps.hasher.email(told) : undefined;
  const partner = await findNamedPartner(
    trx,
    program,
    email === undefined ? { code: told } : { emailHash: email.hash },
  );
  if (partner === undefined) throw new Refused('partner is not known in this program: import partners first');
  return partner.partnerId;
}

import { lockBookedCommissions } from '../commissions/index.ts';
import type { Currency } from '../money/index.ts';
import { AppError, appendEvents, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { balanceBooks, inForce } from './balance-books.ts';
import { storedPartner } from './complete-payment.ts';
import { keyScope, type PaymentDeps, type SettleDeps } from './door.ts';
import { refundEvents } from './payment-events.ts';
import * as queries from './queries.ts';

/** Money going back, as a door hands it in. */
export interface RefundFact {
  program: Program;
  source: 'refund_api' | 'import';
  transactionId: string;
  /** null: all that is left. */
  amountMinor: bigint | null;
  /** Idempotency key, per payment; allows several partial refunds. */
  refundKey: string | null;
  reason: string | null;
  /** When it went back, of history; else now. */
  occurredAt?: Date;
}

export type SkipReason = 'refund_id_seen' | 'nothing_left' | 'partly_refunded_before';

export type RefundOutcome =
  | {
      outcome: 'refunded';
      /** The payment is refunded whole. */
      isWhole: boolean;
      /** Commission taken back by this refund; null when the payment had none. */
      commission: { id: bigint; currency: Currency; deductedMinor: bigint } | null;
    }
  | { outcome: 'skipped'; reason: SkipReason; commissionId: bigint | null };

/**
 * Records money that went back (contract §5.4, in its order): a new fact and new ledger entries, never an edit. The
 * payment's row is locked first, so refunds of one payment come one after the other, and after the payment itself.
 * Refuses with `sale_not_found` and `refund_too_large`.
 */
export function refundPayment(deps: PaymentDeps, fact: RefundFact): Promise<RefundOutcome> {
  return deps.postgres.transaction((trx) => refundPaymentIn(trx, deps, fact));
}

/** The same inside of the caller's transaction. */
export async function refundPaymentIn(
  trx: Transaction,
  deps: SettleDeps,
  fact: RefundFact,
): Promise<RefundOutcome> {
  const now = deps.clock.now();
  const scope = keyScope({ program: fact.program, website: null }, false);
  const payment = await queries.lockPaymentByKey(trx, scope, fact.transactionId);
  if (payment === undefined) throw new AppError('sale_not_found');
  const commissions = inForce(await lockBookedCommissions(trx, payment.workspaceId, payment.id));
  const refunds = await queries.listRefunds(trx, payment.workspaceId, payment.id);
  const refundedBefore = refunds.reduce((sum, refund) => sum + refund.amountMinor, 0n);
  const left = payment.amountMinor - refundedBefore;
  const skip = whySkipped(fact, payment, refunds, left);
  if (skip !== null) {
    return { outcome: 'skipped', reason: skip, commissionId: commissions[0]?.commissionId ?? null };
  }
  const amountMinor = amountToRefund(fact, payment, left);
  if (amountMinor > left) throw new AppError('refund_too_large');
  await queries.insertRefund(trx, {
    workspaceId: payment.workspaceId,
    programId: fact.program.id,
    paymentId: payment.id,
    refundKey: fact.refundKey,
    source: fact.source,
    amountMinor,
    currency: payment.currency,
    reason: fact.reason,
    isTest: false,
    at: now,
    ...(fact.occurredAt === undefined ? {} : { occurredAt: fact.occurredAt }),
  });
  const told = fact.occurredAt ?? now;
  const deductions = await bookRefund(trx, fact.program, payment, amountMinor, now, told);
  const [largest] = commissions;
  return {
    outcome: 'refunded',
    isWhole: refundedBefore + amountMinor === payment.amountMinor,
    commission:
      largest === undefined
        ? null
        : {
            id: largest.commissionId,
            currency: largest.currency,
            deductedMinor: deductions.reduce((sum, deduction) => sum + deduction.deductedMinor, 0n),
          },
  };
}

function whySkipped(
  fact: RefundFact,
  payment: queries.StoredPayment,
  refunds: readonly queries.StoredRefund[],
  left: bigint,
): SkipReason | null {
  if (fact.refundKey !== null && refunds.some((refund) => refund.refundKey === fact.refundKey)) {
    return 'refund_id_seen';
  }
  if (left <= 0n) return 'nothing_left';
  const isPart = fact.amountMinor !== null && fact.amountMinor < payment.amountMinor;
  // Without its own id a second partial refund looks like a retry of the first.
  return fact.refundKey === null && isPart && refunds.length > 0 ? 'partly_refunded_before' : null;
}

function amountToRefund(fact: RefundFact, payment: queries.StoredPayment, left: bigint): bigint {
  if (fact.amountMinor === null) return left;
  const namesWhole = fact.refundKey === null && fact.amountMinor === payment.amountMinor;
  return namesWhole ? left : fact.amountMinor;
}

interface Deduction {
  partnerId: number;
  currency: Currency;
  deductedMinor: bigint;
}

/** The ledger's side of a refund: receipts and revenue back, commission and fee in proportion; and its event. */
async function bookRefund(
  trx: Transaction,
  program: Program,
  payment: queries.StoredPayment,
  amountMinor: bigint,
  now: Date,
  toldAt: Date,
): Promise<Deduction[]> {
  const changes = await balanceBooks(trx, { ...payment, programId: program.id }, 'refund', now);
  const deductions = changes.commissions
    .filter(({ changeMinor }) => changeMinor < 0n)
    .map(({ partnerId, currency, changeMinor }) => ({ partnerId, currency, deductedMinor: -changeMinor }));
  const visit = (await queries.findPaymentVisit(trx, payment.workspaceId, payment.id)) ?? null;
  const partner = await storedPartner(trx, payment);
  await appendEvents(
    trx,
    refundEvents(payment, { amountMinor, partner, deductions, feeMinor: changes.feeMinor }, visit, toldAt),
  );
  return deductions;
}

/** Records a test refund (contract §4): an event that nothing counts; the sale need not exist. */
export async function recordTestRefund(
  deps: PaymentDeps,
  refund: { program: Program; amountMinor: bigint; refundKey: string | null; reason: string | null },
): Promise<bigint> {
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const { program, amountMinor, refundKey, reason } = refund;
    const { workspaceId, id: programId, currency } = program;
    const id = await queries.insertRefund(trx, {
      workspaceId,
      programId,
      paymentId: null,
      refundKey,
      source: 'refund_api',
      amountMinor,
      currency,
      reason,
      isTest: true,
      at: now,
    });
    const told = {
      workspaceId,
      id: 0n,
      programId,
      websiteId: null,
      customerId: null,
      currency,
      isTest: true,
    };
    await appendEvents(
      trx,
      refundEvents(told, { amountMinor, partner: {}, deductions: [], feeMinor: 0n }, null, now),
    );
    return id;
  });
}

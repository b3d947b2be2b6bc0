import type { ArithmeticStep } from '../commissions/index.ts';
import { bpsOf, type Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import { findUsdRate } from '../rates/index.ts';
import type { Program } from '../workspaces/index.ts';
import { revenueInUsd } from './fee-revenue.ts';
import type { PaymentFee } from './payment.ts';
import * as queries from './queries.ts';

/** The installation's platform fee, for programs that have none of their own. */
export interface FeeSettings {
  feeBps: number;
  feeFreeMinor: bigint;
}

/**
 * The platform fee of an attributed payment (contract §8), as a step: while the program's attributed revenue before it,
 * net of refunds, is below the free amount the payment is free, the crossing one too; then it is charged whole.
 * Amounts in other currencies than USD count by the rate of the payment's day, which is kept with the fee; without one they
 * are free and count for nothing.
 * Null where no fee is set. A fee is decided once: `decided` is the one that a payment has already.
 */
export async function decideFee(
  trx: Transaction,
  program: Program,
  payment: { amountMinor: bigint; currency: Currency; occurredAt: Date },
  settings: FeeSettings,
  decided: PaymentFee | null,
): Promise<{ fee: PaymentFee; arithmetic: ArithmeticStep[] } | null> {
  const bps = program.feeBps ?? settings.feeBps;
  if (bps === 0) return null;
  if (decided !== null) {
    const { amountMinor, revenueBeforeMinor } = decided;
    const freeMinor = program.feeFreeRevenueMinor ?? settings.feeFreeMinor;
    const charged = amountMinor === 0n ? null : amountMinor;
    return {
      fee: decided,
      arithmetic: [
        feeStep(payment, decided.bps, charged, revenueBeforeMinor, freeMinor, isInUsd(payment, decided)),
      ],
    };
  }
  await queries.lockFeesOfProgram(trx, program.id);
  const revenueBeforeMinor = await revenueInUsd(trx, program);
  const rate =
    payment.currency === 'USD'
      ? null
      : ((await findUsdRate(trx, program.workspaceId, payment.currency, payment.occurredAt)) ?? null);
  const isConverted = isInUsd(payment, { rate });
  const freeMinor = program.feeFreeRevenueMinor ?? settings.feeFreeMinor;
  const isFree = !isConverted || revenueBeforeMinor < freeMinor;
  const amountMinor = isFree ? 0n : bpsOf(payment.amountMinor, bps);
  return {
    fee: { bps, amountMinor, revenueBeforeMinor, rate },
    arithmetic: [
      feeStep(payment, bps, isFree ? null : amountMinor, revenueBeforeMinor, freeMinor, isConverted),
    ],
  };
}

/** Whether the payment's amount is known in dollars. */
function isInUsd(payment: { currency: Currency }, fee: Pick<PaymentFee, 'rate'>): boolean {
  return payment.currency === 'USD' || fee.rate !== null;
}

/** @param amountMinor null: free */
function feeStep(
  payment: { amountMinor: bigint; currency: Currency },
  bps: number,
  amountMinor: bigint | null,
  revenueBeforeMinor: bigint,
  freeMinor: bigint,
  isConverted: boolean,
): ArithmeticStep {
  if (amountMinor !== null) {
    return {
      step: 'fee',
      text: `${payment.amountMinor} × ${bps} / 10000`,
      result: Number(amountMinor),
    };
  }
  const text = isConverted
    ? `free: ${revenueBeforeMinor} before < ${freeMinor}`
    : `free: no rate for ${payment.currency}`;
  return { step: 'fee', text, result: 0 };
}

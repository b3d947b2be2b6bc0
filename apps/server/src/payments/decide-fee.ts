import type { ArithmeticStep } from '../commissions/index.ts';
import { balanceOf } from '../ledger/index.ts';
import { bpsOf, type Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
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
 * Amounts in other currencies than USD have no rate yet: they are free and count for nothing.
 * Null where no fee is set.
 */
export async function decideFee(
  trx: Transaction,
  program: Program,
  payment: { amountMinor: bigint; currency: Currency },
  settings: FeeSettings,
): Promise<{ fee: PaymentFee; arithmetic: ArithmeticStep[] } | null> {
  const bps = program.feeBps ?? settings.feeBps;
  if (bps === 0) return null;
  await queries.lockFeesOfProgram(trx, program.id);
  const balances = await balanceOf(trx, {
    workspaceId: program.workspaceId,
    programId: program.id,
    account: 'revenue_attributed',
  });
  // Revenue is a credit: what the program has earned stands below zero.
  const revenueBeforeMinor = -(balances.get('USD' as Currency) ?? 0n);
  const freeMinor = program.feeFreeRevenueMinor ?? settings.feeFreeMinor;
  if (payment.currency !== 'USD' || revenueBeforeMinor < freeMinor) {
    const text =
      payment.currency === 'USD'
        ? `free: ${revenueBeforeMinor} before < ${freeMinor}`
        : `free: no rate for ${payment.currency}`;
    return {
      fee: { bps, amountMinor: 0n, revenueBeforeMinor },
      arithmetic: [{ step: 'fee', text, result: 0 }],
    };
  }
  const amountMinor = bpsOf(payment.amountMinor, bps);
  return {
    fee: { bps, amountMinor, revenueBeforeMinor },
    arithmetic: [
      { step: 'fee', text: `${payment.amountMinor} × ${bps} / 10000`, result: Number(amountMinor) },
    ],
  };
}

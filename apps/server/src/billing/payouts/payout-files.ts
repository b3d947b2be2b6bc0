import { type ExportFormat, exportFormats, type PayoutFile } from '@headwater/contract';
import type { PayoutRow } from './read-queries.ts';

// Which payout stands in which file. By what the batch was made with, which never changes, and not by what became of its
// payouts since: were those that are settled left out before counting, the parts would shift while they are being handed
// in, and a payout could be in two of them or in none.

/** PayPal and Wise refuse larger files; a bank's import and Stripe's transfers have no such bound. */
const rowsAPart: Record<ExportFormat, number> = {
  paypal: 5000,
  wise_email: 1000,
  wise_iban: 1000,
  bank_transfer: Number.POSITIVE_INFINITY,
  stripe: Number.POSITIVE_INFINITY,
};

type Placed = Pick<PayoutRow, 'method' | 'hasIban'>;

/** The files that send a batch, with how many parts each has. */
export function filesOf(payouts: readonly Placed[]): PayoutFile[] {
  return exportFormats.flatMap((format) => {
    const count = ofFormat(payouts, format).length;
    return count === 0 ? [] : [{ format, payouts: count, parts: countParts(count, format) }];
  });
}

/** The payouts of one part, numbered from 1; undefined: the file has no such part. */
export function partOf<Payout extends Placed>(
  payouts: readonly Payout[],
  format: ExportFormat,
  part: number,
): Payout[] | undefined {
  const all = ofFormat(payouts, format);
  if (part < 1 || part > countParts(all.length, format)) return undefined;
  // One that goes into a single file must not be cut by a bound that is not finite: 0 × ∞ is no number.
  const size = Math.min(rowsAPart[format], Math.max(all.length, 1));
  return all.slice((part - 1) * size, part * size);
}

/** A file of nothing is one file. */
function countParts(count: number, format: ExportFormat): number {
  return Math.max(1, Math.ceil(count / rowsAPart[format]));
}

function ofFormat<Payout extends Placed>(payouts: readonly Payout[], format: ExportFormat): Payout[] {
  return payouts.filter((payout) => formatOf(payout) === format);
}

function formatOf({ method, hasIban }: Placed): ExportFormat {
  if (method !== 'wise') return method;
  return hasIban ? 'wise_iban' : 'wise_email';
}

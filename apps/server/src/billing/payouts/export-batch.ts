import type { ExportFormat } from '@headwater/contract';
import { decimalText } from '../../money/index.ts';
import { AppError, type ManagementPrincipal } from '../../platform/index.ts';
import { csvText } from '../csv.ts';
import { filesOf, partOf } from './payout-files.ts';
import { type MethodDeps, openDetails, type PayoutDetails } from './payout-methods.ts';
import { getBatchRow } from './read-batches.ts';
import { type BatchRow, listPayoutRows, type PayoutRow } from './read-queries.ts';

interface Line {
  payout: PayoutRow;
  details: PayoutDetails;
  /** In major units, with a point. */
  amount: string;
  /** Finds the payout again in what the bank or the provider reports. */
  reference: string;
  currency: string;
}

interface Format {
  /** null: the file has no header. */
  header: readonly string[] | null;
  row(line: Line): string[];
}

const wiseHead = ['name', 'recipientEmail', 'paymentReference', 'receiverType'];
const wiseMoney = ['amountCurrency', 'amount', 'sourceCurrency', 'targetCurrency'];
const wiseCells = ({ details, reference, amount, currency }: Line) => [
  details.account_holder ?? '',
  details.email ?? '',
  reference,
  details.recipient_type === 'business' ? 'INSTITUTION' : 'PERSON',
  // The partner gets the exact amount; what Wise charges is the sender's.
  ...['target', amount, currency, currency],
];

/**
 * The files as their takers read them: PayPal's payment file (recipient, amount, currency, id, note, wallet; no header, one
 * currency) and Wise's batch templates (by email, and to an IBAN). What was completed or failed is left out.
 */
const formats: Record<ExportFormat, Format> = {
  paypal: {
    header: null,
    row: ({ details, amount, currency, reference }) => [
      ...[details.email ?? '', amount, currency, reference, 'Your partner commissions', 'PAYPAL'],
    ],
  },
  wise_email: {
    header: [...wiseHead, ...wiseMoney],
    row: wiseCells,
  },
  wise_iban: {
    header: [...wiseHead, ...wiseMoney, 'IBAN'],
    row: (line) => [...wiseCells(line), line.details.iban ?? ''],
  },
  bank_transfer: {
    header: [
      ...['account_holder', 'iban', 'bic', 'account_number', 'routing_number'],
      ...['amount', 'currency', 'reference'],
    ],
    row: ({ details, amount, currency, reference }) => [
      ...['account_holder', 'iban', 'bic', 'account_number', 'routing_number'].map(
        (one) => details[one] ?? '',
      ),
      ...[amount, currency, reference],
    ],
  },
  stripe: {
    header: ['destination', 'amount', 'currency', 'transfer_group'],
    // Stripe takes minor units.
    row: ({ details, payout, currency, reference }) => [
      ...[details.stripe_account ?? '', String(payout.amountMinor), currency.toLowerCase(), reference],
    ],
  },
};

/**
 * A batch as a file of one format, or a part of it where its taker bounds the rows: each part is a file by itself, and every
 * payout is in one of them. 409 before the batch is approved: what nobody approved must not be sent. Without `part` a file
 * of several is refused, and not cut: who takes the first for the whole would leave partners unpaid.
 */
export async function exportBatch(
  deps: MethodDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
  asked: { format: ExportFormat; part: number | undefined },
): Promise<{ name: string; content: string }> {
  const { format, part } = asked;
  const batch = await getBatchRow(deps.postgres, actor, batchId);
  if (batch.status === 'pending' || batch.status === 'rejected') {
    throw new AppError('conflict', `Batch is ${batch.status}, not approved`);
  }
  const payouts = await listPayoutRows(deps.postgres, actor.workspaceId, batch.id);
  const parts = filesOf(payouts).find((file) => file.format === format)?.parts ?? 1;
  if (part === undefined && parts > 1) {
    throw new AppError('invalid_request', `part is required: this file has ${parts} parts`);
  }
  const chosen = partOf(payouts, format, part ?? 1);
  if (chosen === undefined) {
    throw new AppError('invalid_request', `part is invalid: this file has ${parts} parts`);
  }
  const { header, row } = formats[format];
  const rows = chosen
    .filter(({ result }) => result === null)
    .map((payout) => row(lineOf(deps, actor, batch, payout)));
  return {
    name: `payouts-${batch.id}-${format}${parts === 1 ? '' : `-part-${part}-of-${parts}`}.csv`,
    content: csvText(header === null ? rows : [header, ...rows]),
  };
}

function lineOf(deps: MethodDeps, actor: ManagementPrincipal, batch: BatchRow, payout: PayoutRow): Line {
  return {
    payout,
    details: openDetails(deps.sealer, actor.workspaceId, payout),
    amount: decimalText(payout.amountMinor, batch.currency),
    reference: `HW-${batch.id}-${payout.id}`,
    currency: batch.currency,
  };
}

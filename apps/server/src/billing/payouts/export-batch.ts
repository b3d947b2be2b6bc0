import type { exportFormats } from '@headwater/contract';
import { decimalText } from '../../money/index.ts';
import { AppError, type ManagementPrincipal } from '../../platform/index.ts';
import { csvText } from '../csv.ts';
import { type MethodDeps, openDetails, type PayoutDetails } from './payout-methods.ts';
import { getBatchRow } from './read-batches.ts';
import { type BatchRow, listPayoutRows, type PayoutRow } from './read-queries.ts';

export type ExportFormat = (typeof exportFormats)[number];

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
  method: PayoutRow['method'];
  /** null: the file has no header. */
  header: readonly string[] | null;
  takes?(details: PayoutDetails): boolean;
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
    method: 'paypal',
    header: null,
    row: ({ details, amount, currency, reference }) => [
      ...[details.email ?? '', amount, currency, reference, 'Your partner commissions', 'PAYPAL'],
    ],
  },
  wise_email: {
    method: 'wise',
    header: [...wiseHead, ...wiseMoney],
    takes: ({ iban }) => iban === undefined,
    row: wiseCells,
  },
  wise_iban: {
    method: 'wise',
    header: [...wiseHead, ...wiseMoney, 'IBAN'],
    takes: ({ iban }) => iban !== undefined,
    row: (line) => [...wiseCells(line), line.details.iban ?? ''],
  },
  bank_transfer: {
    method: 'bank_transfer',
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
    method: 'stripe',
    header: ['destination', 'amount', 'currency', 'transfer_group'],
    // Stripe takes minor units.
    row: ({ details, payout, currency, reference }) => [
      ...[details.stripe_account ?? '', String(payout.amountMinor), currency.toLowerCase(), reference],
    ],
  },
};

/** A batch as the file of one method. 409 before it is approved: what nobody approved must not be sent. */
export async function exportBatch(
  deps: MethodDeps,
  actor: ManagementPrincipal,
  batchId: unknown,
  format: ExportFormat,
): Promise<{ name: string; content: string }> {
  const batch = await getBatchRow(deps.postgres, actor, batchId);
  if (batch.status === 'pending' || batch.status === 'rejected') {
    throw new AppError('conflict', `Batch is ${batch.status}, not approved`);
  }
  const { method, header, takes = () => true, row } = formats[format];
  const payouts = await listPayoutRows(deps.postgres, actor.workspaceId, batch.id);
  const rows = payouts
    .filter((payout) => payout.method === method && payout.result === null)
    .map((payout) => lineOf(deps, actor, batch, payout))
    .filter(({ details }) => takes(details))
    .map(row);
  return {
    name: `payouts-${batch.id}-${format}.csv`,
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

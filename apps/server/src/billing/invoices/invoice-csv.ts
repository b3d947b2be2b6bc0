import type { InvoiceLine } from '@headwater/contract';
import { decimalText, parseCurrency } from '../../money/index.ts';
import { invariant } from '../../platform/index.ts';
import { csvText } from '../csv.ts';

const columns = [
  ...['kind', 'amount', 'currency', 'partner_id', 'commission_id', 'payment_id', 'transaction_id'],
  ...['payment_amount', 'occurred_at'],
];

/** The lines of an invoice for a spreadsheet; credits are below zero. */
export async function invoiceCsv(code: string, lines: AsyncIterable<InvoiceLine>): Promise<string> {
  const currency = parseCurrency(code);
  invariant(currency !== undefined, 'an amount in the books has a currency');
  const amount = (cents: number | null) => (cents === null ? '' : decimalText(BigInt(cents), currency));
  const rows: string[][] = [columns];
  for await (const line of lines) {
    rows.push([
      ...[line.kind, amount(line.amount_cents), currency],
      ...[line.partner_id, line.commission_id, line.payment_id, line.transaction_id].map((one) =>
        String(one ?? ''),
      ),
      ...[amount(line.payment_cents), line.occurred_at ?? ''],
    ]);
  }
  return csvText(rows);
}

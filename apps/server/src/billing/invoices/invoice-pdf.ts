import type { InvoiceRecord } from '@headwater/contract';
import { moneyText } from '../paper/money-text.ts';
import { openPaper } from '../paper/paper.ts';

/** An invoice as a PDF: a line a partner, one for the fee, one for credits of each. The payments are in the JSON lines. */
export function invoicePdf(invoice: InvoiceRecord): Promise<Buffer> {
  const { currency } = invoice;
  const money = (cents: number) => moneyText(cents, currency);
  const paper = openPaper({
    title: `Invoice ${invoice.number}`,
    createdAt: new Date(invoice.issued_at),
  });
  paper.title('Invoice', `${invoice.number} · ${invoice.program}`.replace('·', '–'));
  paper.facts([
    ['Period', `${invoice.period_start} – ${invoice.period_end}`],
    ['Issued', invoice.issued_at.slice(0, 10)],
    ['Due', invoice.due_at.slice(0, 10)],
    ['Status', statusText(invoice)],
  ]);
  paper.table(
    [
      { title: 'DESCRIPTION', width: 0.55 },
      { title: 'COUNT', width: 0.15, align: 'right' },
      { title: 'AMOUNT', width: 0.3, align: 'right' },
    ],
    linesOf(invoice).map(([text, count, cents]) => [text, count === null ? '' : String(count), money(cents)]),
  );
  paper.sums([
    ['Commissions', money(invoice.commission_cents)],
    ['Platform fee', money(invoice.fee_cents)],
    ...(invoice.carried_cents === 0 ? [] : [['Carried over', money(invoice.carried_cents)] as const]),
    [invoice.total_cents < 0 ? 'Carried to the next invoice' : 'Total', money(invoice.total_cents)],
  ]);
  paper.note(
    invoice.status === 'open' || invoice.status === 'overdue'
      ? `Please pay ${money(invoice.due_cents)} by ${invoice.due_at.slice(0, 10)} and name ${invoice.number}.`
      : 'There is nothing to pay on this invoice.',
  );
  return paper.finish();
}

function linesOf(invoice: InvoiceRecord): [string, number | null, number][] {
  const lines: [string, number | null, number][] = [];
  for (const share of invoice.by_partner) {
    if (share.commissions > 0)
      lines.push([`Commissions of ${share.partner}`, share.commissions, share.commission_cents]);
    if (share.credits > 0)
      lines.push([`Credit: refunds and disputes, ${share.partner}`, share.credits, share.credit_cents]);
  }
  const { fees } = invoice;
  if (fees.payments > 0) lines.push(['Platform fee on payments', fees.payments, fees.fee_cents]);
  if (fees.credits > 0) lines.push(['Credit: platform fee', fees.credits, fees.credit_cents]);
  if (invoice.carried_cents !== 0)
    lines.push(['Carried over from the invoice before', null, invoice.carried_cents]);
  return lines;
}

function statusText(invoice: InvoiceRecord): string {
  switch (invoice.status) {
    case 'paid':
      return invoice.paid_at === null ? 'Settled' : `Paid ${invoice.paid_at.slice(0, 10)}`;
    case 'carried_over':
      return 'Carried over';
    default:
      return invoice.status === 'open' ? 'Open' : 'Overdue';
  }
}

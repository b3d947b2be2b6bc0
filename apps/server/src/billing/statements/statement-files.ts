import type { PartnerStatement } from '@headwater/contract';
import { decimalText, parseCurrency } from '../../money/index.ts';
import { invariant } from '../../platform/index.ts';
import { csvText } from '../csv.ts';
import { moneyText } from '../paper/money-text.ts';
import { openPaper } from '../paper/paper.ts';

const words = { earned: 'Commission', reversed: 'Taken back', paid: 'Payout' } as const;

/** A statement for a spreadsheet: opening, lines and closing of each currency. */
export function statementCsv(statement: PartnerStatement): string {
  const rows: string[][] = [['at', 'kind', 'amount', 'currency', 'commission_id', 'transaction_id']];
  for (const part of statement.currencies) {
    const { currency } = part;
    const amount = (cents: number) => decimalText(BigInt(cents), known(currency));
    rows.push([statement.from, 'opening', amount(part.opening_cents), currency, '', '']);
    for (const line of part.lines) {
      rows.push([
        ...[line.at, line.kind, amount(line.amount_cents), currency],
        ...[String(line.commission_id ?? ''), line.transaction_id ?? ''],
      ]);
    }
    rows.push([statement.to, 'closing', amount(part.closing_cents), currency, '', '']);
  }
  return csvText(rows);
}

/** A statement on paper. */
export function statementPdf(statement: PartnerStatement, now: Date): Promise<Buffer> {
  const lastDay = new Date(Date.parse(statement.to) - 1).toISOString().slice(0, 10);
  const period = `${statement.from.slice(0, 10)} – ${lastDay}`;
  const paper = openPaper({ title: `Statement ${statement.partner}, ${period}`, createdAt: now });
  paper.title('Statement', statement.partner);
  paper.facts([
    ['Program', statement.program],
    ['Period', period],
    ['Made', now.toISOString().slice(0, 10)],
  ]);
  for (const part of statement.currencies) {
    const money = (cents: number) => moneyText(cents, part.currency);
    paper.table(
      [
        { title: 'DATE', width: 0.16 },
        { title: 'WHAT', width: 0.2 },
        { title: 'PAYMENT', width: 0.36 },
        { title: 'AMOUNT', width: 0.28, align: 'right' },
      ],
      part.lines.map((line) => [
        line.at.slice(0, 10),
        words[line.kind],
        line.transaction_id ?? (line.commission_id === null ? '' : `Commission ${line.commission_id}`),
        money(line.amount_cents),
      ]),
    );
    paper.sums([
      ['Owed before', money(part.opening_cents)],
      ['Earned', money(part.earned_cents)],
      ['Taken back', money(part.reversed_cents)],
      ['Paid', money(part.paid_cents)],
      ['Owed', money(part.closing_cents)],
    ]);
  }
  if (statement.currencies.length === 0) paper.note('Nothing was earned or paid in this period.');
  return paper.finish();
}

function known(code: string) {
  const currency = parseCurrency(code);
  invariant(currency !== undefined, 'an amount in the books has a currency');
  return currency;
}

import type { InvoiceLine, InvoiceRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { moneyApi } from '../../client/money.ts';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { amountColumn, asideColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { FactList } from '../../parts/facts.tsx';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { Rows } from '../../parts/rows.tsx';
import { SaveFile } from '../../parts/save-file.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { count, day, money, words } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { MarkPaid, weekOf } from './invoices.tsx';

export function Invoice() {
  const { invoiceId } = useParams({ strict: false }) as { invoiceId: string };
  const id = Number(invoiceId);
  const { may } = useMe();
  const query = useQuery({
    queryKey: ['invoice', id],
    queryFn: ({ signal }) => moneyApi.invoice(id, signal),
  });
  return (
    <>
      <Link to="/invoices" search={(old) => old} className="mb-3 inline-block text-ink-2 hover:underline">
        ← Invoices
      </Link>
      <Loading query={query} standIn={<Lines count={10} />}>
        {(invoice) => (
          <>
            <PageHead title={invoice.number}>
              <Badge tone={toneOf(invoice.status)}>{words(invoice.status)}</Badge>
              <SaveFile name={`${invoice.number}.pdf`} file={() => moneyApi.invoiceFile(id, 'pdf')}>
                PDF
              </SaveFile>
              <SaveFile name={`${invoice.number}.csv`} file={() => moneyApi.invoiceFile(id, 'csv')}>
                Lines as CSV
              </SaveFile>
              {invoice.due_cents > 0 && may('billing:manage') && <MarkPaid invoices={[invoice]} />}
            </PageHead>
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.35fr)]">
              <div className="space-y-4">
                <Sums invoice={invoice} />
                <Dates invoice={invoice} />
              </div>
              <Shares invoice={invoice} />
            </div>
            <LineList invoice={invoice} />
          </>
        )}
      </Loading>
    </>
  );
}

function Sums({ invoice }: { invoice: InvoiceRecord }) {
  const amount = (cents: number) => money(cents, invoice.currency);
  return (
    <Card title="What it comes to">
      <FactList
        facts={[
          ['Commissions, less credits', amount(invoice.commission_cents)],
          ['Platform fee, less credits', amount(invoice.fee_cents)],
          ...(invoice.carried_cents === 0
            ? []
            : [['Carried over from before', amount(invoice.carried_cents)] as const]),
          ['Total', <strong key="total">{amount(invoice.total_cents)}</strong>],
          ['Left to pay', amount(invoice.due_cents)],
        ]}
      />
    </Card>
  );
}

function Dates({ invoice }: { invoice: InvoiceRecord }) {
  return (
    <Card title="When">
      <FactList
        facts={[
          ['Week', weekOf(invoice)],
          ['Issued', day(invoice.issued_at, 'UTC')],
          ['Payable until', day(invoice.due_at, 'UTC')],
          ...(invoice.paid_at === null ? [] : [['Paid', day(invoice.paid_at, 'UTC')] as const]),
          ...(invoice.payment_reference === null ? [] : [['Reference', invoice.payment_reference] as const]),
        ]}
      />
    </Card>
  );
}

function Shares({ invoice }: { invoice: InvoiceRecord }) {
  const amount = (cents: number) => money(cents, invoice.currency);
  return (
    <Card title="By partner">
      {invoice.by_partner.length === 0 ? (
        <Empty title="No partner has a part of it" />
      ) : (
        <Rows
          label="By partner"
          rows={invoice.by_partner}
          keyOf={(share) => share.partner_id}
          columns={[
            {
              header: 'Partner',
              isHead: true,
              cell: (share) => <PartnerLink id={share.partner_id} name={share.partner} />,
            },
            { header: 'Commissions', isRight: true, from: 'sm', cell: (share) => count(share.commissions) },
            { header: 'Earned', isRight: true, cell: (share) => amount(share.commission_cents) },
            {
              header: 'Credits',
              isRight: true,
              from: 'sm',
              cell: (share) => (share.credits === 0 ? '–' : amount(share.credit_cents)),
            },
          ]}
        />
      )}
    </Card>
  );
}

function LineList({ invoice: { id, currency } }: { invoice: InvoiceRecord }) {
  const list = useCursorList(['invoice-lines', id], (cursor, signal) =>
    moneyApi.invoiceLines(id, { cursor, limit: 100 }, signal),
  );
  return (
    <Card title="Lines" className="mt-4">
      <CursorTable
        label="Lines of the invoice"
        list={list}
        columns={columnsOf(currency)}
        noun="line"
        empty={{ title: 'No lines', text: 'It carries over what an invoice before was below zero.' }}
      />
    </Card>
  );
}

function columnsOf(currency: string): Column<InvoiceLine>[] {
  return [
    {
      id: 'kind',
      header: 'What',
      meta: { width: 'minmax(0,1fr)' },
      cell: ({ row: { original: one } }) => words(one.kind),
    },
    {
      id: 'payment',
      header: 'Payment',
      meta: { width: 'minmax(0,1.2fr)' },
      cell: ({ row: { original: one } }) =>
        one.payment_id === null ? (
          <span className="text-ink-3">–</span>
        ) : (
          <Link
            to="/payments/$paymentId"
            params={{ paymentId: String(one.payment_id) }}
            search={(old) => old}
            className="text-accent hover:underline"
          >
            {one.transaction_id ?? `#${one.payment_id}`}
          </Link>
        ),
    },
    asideColumn('Paid', '8.5rem', (one) => one.occurred_at && day(one.occurred_at, 'UTC')),
    {
      id: 'of',
      header: 'Of',
      meta: { width: '8rem', isRight: true, isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2">
          {one.payment_cents === null ? '' : money(one.payment_cents, currency)}
        </span>
      ),
    },
    amountColumn('Amount', '7.5rem', (one) => money(one.amount_cents, currency)),
  ];
}

import type { InvoiceItem } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { moneyApi, oneByOne } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { type Choice, ChoiceBar, Chooser, useChoice } from '../../parts/choice.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { Field } from '../../parts/field.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { filled } from '../../parts/form.ts';
import { Tiles } from '../../parts/tiles.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { counted, day, money } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { sumsOf } from './sums.ts';

const statuses = ['open', 'overdue', 'paid', 'carried_over'];
const canBePaid = ({ status }: InvoiceItem) => status === 'open' || status === 'overdue';

export function Invoices() {
  return <NeedsProgram title="Invoices">{({ id }) => <InvoiceList programId={id} />}</NeedsProgram>;
}

function InvoiceList({ programId }: { programId: number }) {
  const { may } = useMe();
  const mayPay = may('billing:manage');
  const [status, setStatus] = useState('');
  const choice = useChoice();
  const filter = { status, limit: 100 };
  const list = useCursorList(['invoices', programId, filter], (cursor, signal) =>
    moneyApi.invoices(programId, { ...filter, cursor }, signal),
  );
  const columns = useMemo(() => columnsOf(mayPay ? choice : undefined), [mayPay, choice]);
  const open = list.rows.filter(canBePaid);
  return (
    <>
      <PageHead title="Invoices">
        <FilterSelect
          label="Status"
          among={statuses}
          value={status}
          onValue={(next) => {
            setStatus(next);
            choice.clear();
          }}
        />
      </PageHead>
      <Figures programId={programId} />
      <Card>
        {mayPay && open.length > 0 && (
          <ChoiceBar choice={choice} ids={open.map(({ id }) => id)} label="Choose all that are open">
            <MarkPaid invoices={open.filter(({ id }) => choice.chosen.has(id))} onDone={choice.clear} />
          </ChoiceBar>
        )}
        <CursorTable
          label="Invoices"
          list={list}
          columns={columns}
          noun="invoice"
          empty={
            status === ''
              ? {
                  title: 'No invoices yet',
                  text: 'Every Monday the week before is billed: what is due to partners, and the platform’s fee.',
                }
              : { title: 'No invoice is like that', text: 'Choose another status.' }
          }
        />
      </Card>
    </>
  );
}

const figures = [
  ['approved', 'Due, on no invoice yet'],
  ['invoices_open', 'Open'],
  ['invoices_overdue', 'Overdue'],
  ['invoices_paid', 'Paid'],
] as const;

/** How much is billed and not, over all currencies in the program's own. */
function Figures({ programId }: { programId: number }) {
  const { data } = useQuery({
    queryKey: ['totals-of-money', programId],
    queryFn: ({ signal }) => moneyApi.totals(programId, undefined, signal),
  });
  return (
    <Tiles
      label="What is billed"
      tiles={figures.map(([figure, name]) => {
        const found = data?.figures.find((one) => one.figure === figure);
        return { name, value: data && money(found?.cents ?? 0, data.currency) };
      })}
    />
  );
}

/** Records that money arrived for one invoice, or for several that were paid together. */
export function MarkPaid({ invoices, onDone }: { invoices: readonly InvoiceItem[]; onDone?: () => void }) {
  return (
    <Ask
      trigger="Mark as paid"
      look="primary"
      verb="Mark as paid"
      disabled={invoices.length === 0}
      title={`${counted(invoices.length, 'invoice')} paid?`}
      description={`${sumsOf(invoices, ({ due_cents }) => due_cents)} arrived. A program that was paused for it is resumed at once.`}
      act={(fields) => oneByOne(invoices, ({ id }) => moneyApi.payInvoice(id, filled(fields)))}
      {...(onDone ? { onDone } : {})}
    >
      <Field label="Reference" name="reference" maxLength={255} autoFocus hint="Optional: of the transfer." />
    </Ask>
  );
}

/** A week of UTC, which is what is billed. */
export const weekOf = ({ period_start, period_end }: Pick<InvoiceItem, 'period_start' | 'period_end'>) =>
  `${day(period_start, 'UTC')} – ${day(period_end, 'UTC')}`;

function columnsOf(choice: Choice | undefined): Column<InvoiceItem>[] {
  return [
    {
      id: 'number',
      header: 'Invoice',
      meta: { width: 'minmax(0,1.2fr)' },
      cell: ({ row: { original: one } }) => (
        <Chooser choice={choice} id={one.id} name={`invoice ${one.number}`} isOff={!canBePaid(one)}>
          <Link
            to="/invoices/$invoiceId"
            params={{ invoiceId: String(one.id) }}
            search={(old) => old}
            className="font-medium hover:underline"
          >
            {one.number}
          </Link>
        </Chooser>
      ),
    },
    asideColumn('Week', 'minmax(0,1.3fr)', (one) => weekOf(one)),
    asideColumn('Payable until', '8.5rem', (one) => (canBePaid(one) ? day(one.due_at, 'UTC') : '–')),
    statusColumn('6rem'),
    amountColumn('Total', '6.75rem', (one) => money(one.total_cents, one.currency)),
  ];
}

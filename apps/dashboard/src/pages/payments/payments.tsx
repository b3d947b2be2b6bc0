import type { PaymentItem } from '@headwater/contract';
import { useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import { api } from '../../client/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { asideColumn, statusColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { dateTime, money, words } from '../../shell/format.ts';
import { PeriodBar } from '../../shell/period-bar.tsx';
import { daysOf, type Search } from '../../shell/search.ts';
import { useSubject } from '../../shell/session.ts';
import { useNames } from '../names.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { teller } from './story.ts';

const statuses = ['paid', 'partially_refunded', 'refunded'];

export function Payments() {
  const subject = useSubject();
  return (
    <NeedsProgram title="Payments">
      {(program) => <PaymentList programId={program.id} timeZone={subject?.timeZone ?? 'UTC'} />}
    </NeedsProgram>
  );
}

function PaymentList({ programId, timeZone }: { programId: number; timeZone: string }) {
  const search = useSearch({ strict: false }) as Search;
  const names = useNames();
  const [text, setText] = useState('');
  const [status, setStatus] = useState('');
  const [isTest, setTest] = useState(false);
  const asked = useDeferredValue(text.trim());
  // Who looks for one payment looks for it whenever it was.
  const days = asked === '' ? daysOf(search, timeZone) : {};
  const filter = { ...days, search: asked, status, is_test: isTest, limit: 100 };
  const list = useCursorList(['payments', programId, filter], (cursor, signal) =>
    api.payments(programId, { ...filter, cursor }, signal),
  );
  const columns = useMemo(() => columnsOf(names, timeZone), [names, timeZone]);
  return (
    <>
      <PageHead title="Payments">
        <PeriodBar timeZone={timeZone} />
      </PageHead>
      <Card>
        <div className="flex flex-wrap items-center gap-2 border-line border-b p-3">
          <SearchBox
            label="Search payments"
            placeholder="Transaction, customer key or email"
            text={text}
            onText={setText}
            className="min-w-0 flex-1 basis-56"
          />
          <FilterSelect label="Status" among={statuses} value={status} onValue={setStatus} />
          <label className="flex h-8 items-center gap-2 px-1">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={isTest}
              onChange={({ target }) => setTest(target.checked)}
            />
            Test payments
          </label>
        </div>
        <CursorTable
          label="Payments"
          list={list}
          columns={columns}
          noun="payment"
          empty={{
            title: asked || status ? 'No payment is like that' : 'No payments in this period',
            text: asked
              ? 'Search takes the beginning of a transaction id, a whole customer key, or a whole email address.'
              : 'Payments appear here the moment your server or Stripe tells of them.',
          }}
        />
      </Card>
    </>
  );
}

function columnsOf(names: ReadonlyMap<string, string>, timeZone: string): Column<PaymentItem>[] {
  return [
    {
      id: 'payment',
      header: 'Payment',
      meta: { width: 'minmax(0,1.5fr)' },
      cell: ({ row: { original: one } }) => (
        <span className="flex items-center gap-2">
          <RowLink to={`/payments/${one.id}`} className="truncate font-medium hover:underline">
            {one.transaction_id}
          </RowLink>
          {one.is_test && <Badge tone="accent">Test</Badge>}
        </span>
      ),
    },
    {
      id: 'when',
      header: 'When',
      meta: { width: '13rem', isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <time dateTime={one.occurred_at} className="text-ink-2">
          {dateTime(one.occurred_at, timeZone)}
        </time>
      ),
    },
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1fr)', isWideOnly: true },
      cell: ({ row: { original: one } }) =>
        one.partner_id === null ? (
          <span className="text-ink-3">{one.reason === null ? '–' : words(one.reason)}</span>
        ) : (
          (names.get(String(one.partner_id)) ?? `Partner ${one.partner_id}`)
        ),
    },
    asideColumn('Told by', '7rem', (one) => teller(one.source)),
    statusColumn('9rem', { isWideOnly: true }),
    {
      id: 'amount',
      header: 'Amount',
      meta: { width: '8rem', isRight: true },
      cell: ({ row: { original: one } }) => (
        <span className={one.status === 'refunded' ? 'text-ink-3 line-through' : 'font-medium'}>
          {money(one.amount_cents, one.currency)}
        </span>
      ),
    },
  ];
}

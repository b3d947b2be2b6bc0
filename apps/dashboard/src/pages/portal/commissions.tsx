import type { PortalCommission } from '@headwater/contract';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { portal } from '../../client/portal.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { day, money } from '../../shell/format.ts';
import { useMyProgram } from './my-program.ts';
import { commissionStatuses } from './statuses.ts';

const earnedBy: Readonly<Record<PortalCommission['type'], string>> = {
  cpc: 'A click',
  cpl: 'A sign-up',
  cps_one_time: 'A first payment',
  cps_recurring: 'A payment',
  cps_lifetime: 'A payment',
};

export function PortalCommissions() {
  const program = useMyProgram();
  const [status, setStatus] = useState('');
  const list = useCursorList(['portal', 'commissions', program.id, status], (cursor, signal) =>
    portal.commissions(program.id, { status, cursor }, signal),
  );
  const columns = useMemo(() => columnsOf(program.time_zone), [program.time_zone]);
  return (
    <>
      <PageHead title="Commissions">
        <FilterSelect label="Status" among={commissionStatuses} value={status} onValue={setStatus} />
      </PageHead>
      <Card>
        <CursorTable
          label="Commissions"
          list={list}
          columns={columns}
          noun="commission"
          empty={
            status === ''
              ? {
                  title: 'No commissions yet',
                  text: 'When somebody who came by your link pays, what you earn stands here.',
                }
              : { title: 'None of this status', text: 'Choose another status.' }
          }
        />
      </Card>
    </>
  );
}

function columnsOf(timeZone: string): Column<PortalCommission>[] {
  return [
    {
      id: 'commission',
      header: 'Commission',
      meta: { width: 'minmax(0,1.2fr)' },
      cell: ({ row: { original: one } }) => (
        <Link
          to="/partners/commissions/$commissionId"
          params={{ commissionId: String(one.id) }}
          search={(old) => old}
          className="font-medium text-accent hover:underline"
        >
          {earnedBy[one.type]} <span className="sr-only">, commission</span>
          <span className="font-normal text-ink-3">#{one.id}</span>
        </Link>
      ),
    },
    asideColumn('Earned', '9rem', (one) => day(one.earned_at, timeZone)),
    statusColumn('7rem'),
    amountColumn('Amount', '7rem', (one) => money(one.amount_cents - one.reversed_cents, one.currency)),
  ];
}

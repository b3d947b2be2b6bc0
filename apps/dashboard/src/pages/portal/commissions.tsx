import type { PortalCommission } from '@headwater/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { portal } from '../../client/portal.ts';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { type Column, ListEnd, VirtualTable } from '../../parts/virtual-table.tsx';
import { counted, day, money, words } from '../../shell/format.ts';
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
  const query = useInfiniteQuery({
    queryKey: ['portal', 'commissions', program.id, status],
    queryFn: ({ pageParam, signal }) =>
      portal.commissions(
        program.id,
        { ...(status ? { status } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  const rows = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data]);
  const columns = useMemo(() => columnsOf(program.time_zone), [program.time_zone]);
  return (
    <>
      <PageHead title="Commissions">
        <Select label="Status" hideLabel value={status} onChange={({ target }) => setStatus(target.value)}>
          <option value="">Any status</option>
          {commissionStatuses.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </Select>
      </PageHead>
      <Card>
        <Loading query={query} standIn={<Lines count={10} />}>
          {() =>
            rows.length === 0 ? (
              <Empty title={status ? 'None of this status' : 'No commissions yet'}>
                {status
                  ? 'Choose another status.'
                  : 'When somebody who came by your link pays, what you earn stands here.'}
              </Empty>
            ) : (
              <>
                <VirtualTable
                  label="Commissions"
                  columns={columns}
                  rows={rows}
                  keyOf={keyOf}
                  total={query.hasNextPage ? undefined : rows.length}
                  hasMore={query.hasNextPage}
                  isLoadingMore={query.isFetching}
                  loadMore={query.fetchNextPage}
                />
                <ListEnd>{query.hasNextPage ? 'Loading more…' : counted(rows.length, 'commission')}</ListEnd>
              </>
            )
          }
        </Loading>
      </Card>
    </>
  );
}

const keyOf = ({ id }: PortalCommission) => String(id);

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
    {
      id: 'earned',
      header: 'Earned',
      meta: { width: '9rem', isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2">{day(one.earned_at, timeZone)}</span>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      meta: { width: '7rem' },
      cell: ({ row: { original: one } }) => <Badge tone={toneOf(one.status)}>{words(one.status)}</Badge>,
    },
    {
      id: 'amount',
      header: 'Amount',
      meta: { width: '7rem', isRight: true },
      cell: ({ row: { original: one } }) => (
        <span className="font-medium">{money(one.amount_cents - one.reversed_cents, one.currency)}</span>
      ),
    },
  ];
}

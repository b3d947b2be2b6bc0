import type { CommissionItem } from '@headwater/contract';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { api } from '../client/index.ts';
import { Badge, toneOf } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Card, PageHead } from '../parts/card.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, FormError, Select } from '../parts/field.tsx';
import { Empty, Lines, Loading } from '../parts/states.tsx';
import { type Column, ListEnd, VirtualTable } from '../parts/virtual-table.tsx';
import { count, counted, day, money, words } from '../shell/format.ts';
import { useMe, useSubject } from '../shell/session.ts';
import { useNames } from './names.ts';
import { NeedsProgram } from './needs-program.tsx';

const statuses = ['pending', 'approved', 'invoiced', 'paid', 'disputed', 'rejected', 'refunded', 'reversed'];
/** As many as the server decides at once. */
const mostAtOnce = 500;

export function Commissions() {
  return <NeedsProgram title="Commissions">{({ id }) => <CommissionList programId={id} />}</NeedsProgram>;
}

function CommissionList({ programId }: { programId: number }) {
  const { may } = useMe();
  const mayReview = may('commission:review');
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const names = useNames();
  const [status, setStatus] = useState('pending');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const filter = { status, limit: 100 };
  const query = useInfiniteQuery({
    queryKey: ['commissions', programId, filter],
    queryFn: ({ pageParam, signal }) => api.commissions(programId, { ...filter, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const columns = useMemo(() => {
    const toggle = (id: number) =>
      setChosen((old) => {
        const next = new Set(old);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    return columnsOf(names, timeZone, mayReview ? { chosen, toggle } : undefined);
  }, [names, timeZone, mayReview, chosen]);
  const selectable = rows.slice(0, mostAtOnce);
  const areAllChosen = selectable.length > 0 && selectable.every(({ id }) => chosen.has(id));
  return (
    <>
      <PageHead title="Commissions">
        <Select
          label="Status"
          hideLabel
          value={status}
          onChange={({ target }) => {
            setStatus(target.value);
            setChosen(new Set());
          }}
        >
          <option value="">Any status</option>
          {statuses.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </Select>
      </PageHead>
      <Card>
        {mayReview && rows.length > 0 && (
          <div className="flex min-h-13 flex-wrap items-center gap-2 border-line border-b px-4 py-2">
            <label className="mr-auto flex items-center gap-2">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={areAllChosen}
                onChange={() => setChosen(areAllChosen ? new Set() : new Set(selectable.map(({ id }) => id)))}
              />
              {chosen.size > 0 ? `${count(chosen.size)} chosen` : 'Choose all that are loaded'}
            </label>
            {(['approve', 'reject'] as const).map((verb) => (
              <Review
                key={verb}
                verb={verb}
                programId={programId}
                chosen={rows.filter(({ id }) => chosen.has(id))}
                onDone={() => setChosen(new Set())}
              />
            ))}
          </div>
        )}
        <Loading query={query} standIn={<Lines count={12} />}>
          {() =>
            rows.length === 0 ? (
              <Empty title={status === 'pending' ? 'Nothing waits for you' : 'No commissions here'}>
                {status === 'pending'
                  ? 'Commissions in their hold period, or that wait for a person, appear here.'
                  : 'Choose another status.'}
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

const keyOf = (commission: CommissionItem) => String(commission.id);

/** Asks for a reason, which is kept for ever, and says what became of each. */
function Review({
  verb,
  programId,
  chosen,
  onDone,
}: {
  verb: 'approve' | 'reject';
  programId: number;
  chosen: CommissionItem[];
  onDone: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const review = useMutation({
    mutationFn: (reason: string) =>
      api.reviewCommissions(
        programId,
        verb,
        chosen.map(({ id }) => id),
        reason,
      ),
    async onSuccess() {
      await queryClient.invalidateQueries();
      setOpen(false);
      onDone();
    },
  });
  const sums = Map.groupBy(chosen, ({ currency }) => currency);
  const total = [...sums].map(([currency, ones]) =>
    money(
      ones.reduce((sum, one) => sum + one.amount_cents - one.reversed_cents, 0),
      currency,
    ),
  );
  return (
    <Dialog
      open={isOpen}
      onOpenChange={setOpen}
      trigger={words(verb)}
      look={verb === 'approve' ? 'primary' : 'danger'}
      disabled={chosen.length === 0}
      title={`${words(verb)} ${counted(chosen.length, 'commission')}?`}
      description={
        verb === 'approve'
          ? `${total.join(', ')} will be due to partners, whatever is left of the hold.`
          : `Partners keep nothing of ${total.join(', ')}.`
      }
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          review.mutate(String(new FormData(event.currentTarget).get('reason')));
        }}
      >
        <Field
          label="Reason"
          name="reason"
          required
          maxLength={255}
          autoFocus
          hint="Kept with the commission for ever."
        />
        <FormError error={review.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={review.isPending}>
            {words(verb)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function columnsOf(
  names: ReadonlyMap<string, string>,
  timeZone: string,
  choice: { chosen: ReadonlySet<number>; toggle: (id: number) => void } | undefined,
): Column<CommissionItem>[] {
  return [
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1.3fr)' },
      cell: ({ row: { original: one } }) => {
        const name = names.get(String(one.partner_id)) ?? `Partner ${one.partner_id}`;
        return (
          <span className="flex items-center gap-2.5">
            {choice && (
              <input
                type="checkbox"
                className="size-4 flex-none accent-accent"
                aria-label={`Choose commission ${one.id} of ${name}`}
                checked={choice.chosen.has(one.id)}
                onChange={() => choice.toggle(one.id)}
              />
            )}
            <span className="truncate font-medium">{name}</span>
          </span>
        );
      },
    },
    {
      id: 'payment',
      header: 'Payment',
      meta: { width: '7rem', isWideOnly: true },
      cell: ({ row: { original: one } }) =>
        one.payment_id === null ? (
          <span className="text-ink-2">{words(one.type)}</span>
        ) : (
          <Link
            to="/payments/$paymentId"
            params={{ paymentId: String(one.payment_id) }}
            search={(old) => old}
            className="text-accent hover:underline"
          >
            #{one.payment_id}
          </Link>
        ),
    },
    {
      id: 'earned',
      header: 'Earned',
      meta: { width: '8.5rem', isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2">{day(one.created_at, timeZone)}</span>
      ),
    },
    {
      id: 'hold',
      header: 'Held until',
      meta: { width: '8.5rem', isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2">{day(one.hold_until, timeZone)}</span>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      meta: { width: '6.5rem' },
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

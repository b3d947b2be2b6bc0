import type { CommissionItem } from '@headwater/contract';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { api } from '../client/index.ts';
import { Ask } from '../parts/ask.tsx';
import { Card, PageHead } from '../parts/card.tsx';
import { type Choice, ChoiceBar, Chooser, useChoice } from '../parts/choice.tsx';
import { amountColumn, asideColumn, statusColumn } from '../parts/columns.tsx';
import { CursorTable, useCursorList } from '../parts/cursor-table.tsx';
import { FilterSelect } from '../parts/filter-select.tsx';
import { PartnerLink } from '../parts/partner-link.tsx';
import { ReasonField } from '../parts/reason-field.tsx';
import type { Column } from '../parts/virtual-table.tsx';
import { counted, day, money, words } from '../shell/format.ts';
import { useMe, useSubject } from '../shell/session.ts';
import { sumsOf } from './billing/sums.ts';
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
  const choice = useChoice();
  const filter = { status, limit: 100 };
  const list = useCursorList(['commissions', programId, filter], (cursor, signal) =>
    api.commissions(programId, { ...filter, cursor }, signal),
  );
  const columns = useMemo(
    () => columnsOf(names, timeZone, mayReview ? choice : undefined),
    [names, timeZone, mayReview, choice],
  );
  return (
    <>
      <PageHead title="Commissions">
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
      <Card>
        {mayReview && list.rows.length > 0 && (
          <ChoiceBar choice={choice} ids={list.rows.slice(0, mostAtOnce).map(({ id }) => id)}>
            {(['approve', 'reject'] as const).map((verb) => (
              <Review
                key={verb}
                verb={verb}
                programId={programId}
                chosen={list.rows.filter(({ id }) => choice.chosen.has(id))}
                onDone={choice.clear}
              />
            ))}
          </ChoiceBar>
        )}
        <CursorTable
          label="Commissions"
          list={list}
          columns={columns}
          noun="commission"
          empty={
            status === 'pending'
              ? {
                  title: 'Nothing waits for you',
                  text: 'Commissions in their hold period, or that wait for a person, appear here.',
                }
              : { title: 'No commissions here', text: 'Choose another status.' }
          }
        />
      </Card>
    </>
  );
}

/** Asks for a reason, which is kept for ever. */
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
  const total = sumsOf(chosen, (one) => one.amount_cents - one.reversed_cents);
  return (
    <Ask
      trigger={words(verb)}
      verb={words(verb)}
      look={verb === 'approve' ? 'primary' : 'danger'}
      disabled={chosen.length === 0}
      title={`${words(verb)} ${counted(chosen.length, 'commission')}?`}
      description={
        verb === 'approve'
          ? `${total} will be due to partners, whatever is left of the hold.`
          : `Partners keep nothing of ${total}.`
      }
      act={({ reason = '' }) =>
        api.reviewCommissions(
          programId,
          verb,
          chosen.map(({ id }) => id),
          reason,
        )
      }
      onDone={onDone}
    >
      <ReasonField hint="Kept with the commission for ever." />
    </Ask>
  );
}

function columnsOf(
  names: ReadonlyMap<string, string>,
  timeZone: string,
  choice: Choice | undefined,
): Column<CommissionItem>[] {
  return [
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1.3fr)' },
      cell: ({ row: { original: one } }) => {
        const name = names.get(String(one.partner_id)) ?? `Partner ${one.partner_id}`;
        return (
          <Chooser choice={choice} id={one.id} name={`commission ${one.id} of ${name}`}>
            <PartnerLink id={one.partner_id} name={name} />
          </Chooser>
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
    asideColumn('Earned', '8.5rem', (one) => day(one.created_at, timeZone)),
    asideColumn('Held until', '8.5rem', (one) => day(one.hold_until, timeZone)),
    statusColumn('6.5rem'),
    amountColumn('Amount', '7rem', (one) => money(one.amount_cents - one.reversed_cents, one.currency)),
  ];
}

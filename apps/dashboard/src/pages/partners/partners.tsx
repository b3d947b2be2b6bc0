import type { PartnerBalance, PartnerRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../client/index.ts';
import { Ask } from '../../parts/ask.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { filled } from '../../parts/form.ts';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { type Column, ListEnd, VirtualTable } from '../../parts/virtual-table.tsx';
import { counted, day } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { sumsOf } from '../billing/sums.ts';
import { useGroups } from '../groups/groups-query.ts';
import { usePartners } from '../names.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { standingName, standings } from './standing.ts';

export function Partners() {
  return <NeedsProgram title="Partners">{({ id }) => <PartnerList programId={id} />}</NeedsProgram>;
}

function PartnerList({ programId }: { programId: number }) {
  const { may } = useMe();
  const partners = usePartners();
  const balances = useQuery({
    queryKey: ['balances', programId],
    queryFn: ({ signal }) => api.balances(programId, signal),
  });
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const [text, setText] = useState('');
  const [status, setStatus] = useState('');
  const groups = useGroups(programId);
  const byPartner = useMemo(
    () => Map.groupBy(balances.data ?? [], ({ partner_id }) => partner_id),
    [balances.data],
  );
  const groupNames = useMemo(() => new Map(groups.data?.map(({ id, name }) => [id, name])), [groups.data]);
  const columns = useMemo(
    () => columnsOf(byPartner, groupNames, timeZone),
    [byPartner, groupNames, timeZone],
  );
  return (
    <>
      <PageHead title="Partners">
        <FilterSelect
          label="Status"
          among={standings}
          nameOf={standingName}
          value={status}
          onValue={setStatus}
        />
        {may('program:update') && <AddPartner programId={programId} />}
      </PageHead>
      <Card>
        <Loading query={partners} standIn={<Lines count={8} />}>
          {(all) => {
            const wanted = text.trim().toLowerCase();
            const shown = all.filter(
              (one) =>
                (status === '' || one.status === status) &&
                (one.name.toLowerCase().includes(wanted) ||
                  one.links.some(({ code }) => code.toLowerCase().includes(wanted))),
            );
            if (all.length === 0)
              return (
                <Empty title="No partners yet">
                  Each gets a link of their own; who comes by it and pays earns them a commission.
                </Empty>
              );
            return (
              <>
                <div className="border-line border-b p-3">
                  <SearchBox
                    label="Search partners"
                    placeholder="Name or code"
                    text={text}
                    onText={setText}
                  />
                </div>
                {shown.length === 0 ? (
                  <Empty title="No partner is like that" />
                ) : (
                  <>
                    <VirtualTable label="Partners" columns={columns} rows={shown} keyOf={keyOf} />
                    <ListEnd>{counted(shown.length, 'partner')}</ListEnd>
                  </>
                )}
              </>
            );
          }}
        </Loading>
      </Card>
    </>
  );
}

const keyOf = ({ id }: PartnerRecord) => String(id);

function columnsOf(
  byPartner: ReadonlyMap<number, PartnerBalance[]>,
  groups: ReadonlyMap<number, string>,
  timeZone: string,
): Column<PartnerRecord>[] {
  const sum = (id: number, of: (balance: PartnerBalance) => number) => sumsOf(byPartner.get(id) ?? [], of);
  return [
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1.4fr)', isRowHead: true },
      cell: ({ row: { original: one } }) => (
        <>
          <PartnerLink id={one.id} name={one.name} />
          {(one.email_masked ?? one.links[0]) && (
            <span className="ml-2 text-ink-3 text-xs max-md:hidden">
              {one.email_masked ?? one.links[0]?.code}
            </span>
          )}
        </>
      ),
    },
    asideColumn('Group', 'minmax(0,0.8fr)', (one) => groups.get(one.group_id) ?? ''),
    asideColumn('Joined', '8.5rem', (one) => day(one.joined_at, timeZone)),
    statusColumn('7rem', { nameOf: (one) => standingName(one.status), isWideOnly: true }),
    {
      id: 'pending',
      header: 'Pending',
      meta: { width: 'minmax(6rem,0.6fr)', isRight: true, isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2">{sum(one.id, ({ pending_cents }) => pending_cents)}</span>
      ),
    },
    amountColumn('Due', 'minmax(7.5rem,0.6fr)', (one) =>
      sum(one.id, ({ approved_cents, available_cents }) => approved_cents + available_cents),
    ),
  ];
}

function AddPartner({ programId }: { programId: number }) {
  return (
    <Ask
      trigger="Add partner"
      look="primary"
      title={(added?: PartnerRecord) => (added ? `${added.name} is in` : 'Add a partner')}
      verb="Add partner"
      act={(fields) => api.addPartner(programId, { name: '', ...filled(fields) })}
      renews={['partners']}
      shown={({ links: [link] }) => (
        <>
          <p>This is the link to share:</p>
          <Copyable text={link?.url ?? ''} label="Referral link" />
        </>
      )}
    >
      <Field label="Name" name="name" required maxLength={255} autoFocus />
      <Field label="Email" name="email" type="email" hint="Optional. Kept as a keyed hash and a mask." />
      <Field
        label="Code"
        name="code"
        pattern="[A-Za-z0-9_\-]{1,64}"
        hint="Optional: letters, digits, - and _. Else made from the name."
      />
    </Ask>
  );
}

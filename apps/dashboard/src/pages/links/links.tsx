import type { LinkRecord } from '@headwater/contract';
import { useMemo, useState } from 'react';
import { moneyApi } from '../../client/money.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { PartnerLink } from '../../parts/partner-link.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { count, day } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { useNames, usePartners } from '../names.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { LinkDialog, NewLink } from './link-dialogs.tsx';

export function Links() {
  return <NeedsProgram title="Links">{({ id }) => <LinkPage programId={id} />}</NeedsProgram>;
}

function LinkPage({ programId }: { programId: number }) {
  const { may } = useMe();
  const mayChange = may('program:update');
  const partners = usePartners().data ?? [];
  const names = useNames();
  const [partnerId, setPartnerId] = useState('');
  const [shown, show] = useState<LinkRecord>();
  return (
    <>
      <PageHead title="Links">
        <FilterSelect
          label="Partner"
          any="Every partner"
          className="max-w-52"
          among={partners.map(({ id }) => String(id))}
          nameOf={(id) => names.get(id) ?? id}
          value={partnerId}
          onValue={setPartnerId}
        />
        {mayChange && <NewLink programId={programId} partners={partners} onMade={show} />}
      </PageHead>
      <Card>
        <LinkList
          programId={programId}
          partnerId={partnerId === '' ? undefined : Number(partnerId)}
          show={show}
        />
      </Card>
      {shown && (
        <LinkDialog key={shown.id} link={shown} mayChange={mayChange} close={() => show(undefined)} />
      )}
    </>
  );
}

function LinkList({
  programId,
  partnerId,
  show,
}: {
  programId: number;
  partnerId: number | undefined;
  show: (link: LinkRecord) => void;
}) {
  const names = useNames();
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const filter = { partner_id: partnerId, limit: 100 };
  const list = useCursorList(['links', programId, filter], (cursor, signal) =>
    moneyApi.links(programId, { ...filter, cursor }, signal),
  );
  const columns = useMemo(() => columnsOf(names, timeZone, show), [names, timeZone, show]);
  return (
    <CursorTable
      label="Links"
      list={list}
      columns={columns}
      noun="link"
      empty={{
        title: partnerId === undefined ? 'No links yet' : 'This partner has no link',
        text: 'Who comes by a partner’s link and pays earns them a commission.',
      }}
    />
  );
}

/** Without its scheme: what tells links apart. */
const bare = (url: string) => url.replace(/^https?:\/\//, '').replace(/\/$/, '');

function columnsOf(
  names: ReadonlyMap<string, string>,
  timeZone: string,
  show: (link: LinkRecord) => void,
): Column<LinkRecord>[] {
  return [
    {
      id: 'code',
      header: 'Link',
      meta: { width: 'minmax(0,1fr)' },
      cell: ({ row: { original: one } }) => (
        <button
          type="button"
          onClick={() => show(one)}
          className="max-w-full truncate font-medium text-accent hover:underline"
        >
          {one.code}
        </button>
      ),
    },
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1fr)' },
      cell: ({ row: { original: one } }) => (
        <PartnerLink id={one.partner_id} name={names.get(String(one.partner_id))} />
      ),
    },
    {
      id: 'destination',
      header: 'Leads to',
      meta: { width: 'minmax(0,1.6fr)', isWideOnly: true },
      cell: ({ row: { original: one } }) => (
        <span className="text-ink-2" title={one.destination_url}>
          {bare(one.destination_url)}
        </span>
      ),
    },
    asideColumn('Last click', '8.5rem', (one) =>
      one.last_clicked_at === null ? '–' : day(one.last_clicked_at, timeZone),
    ),
    statusColumn('6.5rem', {
      nameOf: (one) => (one.status === 'active' ? 'Active' : 'Paused'),
      isWideOnly: true,
    }),
    amountColumn('Clicks', '5.5rem', (one) => count(one.clicks)),
  ];
}

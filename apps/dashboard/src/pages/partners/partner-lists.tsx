import type { LinkRecord, PartnerRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../client/index.ts';
import { moneyApi } from '../../client/money.ts';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { count, day, money, words } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { LinkDialog, NewLink } from '../links/link-dialogs.tsx';

const mostShown = 10;

export function LinksOf({ programId, partner }: { programId: number; partner: PartnerRecord }) {
  const { may } = useMe();
  const mayChange = may('program:update');
  const [shown, show] = useState<LinkRecord>();
  const query = useQuery({
    queryKey: ['links', programId, 'of', partner.id],
    queryFn: ({ signal }) => moneyApi.links(programId, { partner_id: partner.id, limit: mostShown }, signal),
  });
  return (
    <Card
      title="Links"
      aside={mayChange && <NewLink programId={programId} partners={[partner]} onMade={show} />}
    >
      <Loading query={query} standIn={<Lines count={3} />}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title="No link yet" />
          ) : (
            <>
              <Rows
                label="Links"
                rows={data}
                keyOf={({ id }) => id}
                columns={[
                  {
                    header: 'Link',
                    isHead: true,
                    cell: (one) => (
                      <button
                        type="button"
                        onClick={() => show(one)}
                        className="font-medium text-accent hover:underline"
                      >
                        {one.code}
                      </button>
                    ),
                  },
                  {
                    header: 'Status',
                    cell: (one) => (
                      <Badge tone={toneOf(one.status)}>{one.status === 'active' ? 'Active' : 'Paused'}</Badge>
                    ),
                  },
                  { header: 'Clicks', isRight: true, cell: (one) => count(one.clicks) },
                ]}
              />
              {next_cursor !== null && (
                <p className="border-line border-t px-4 py-2.5">
                  <Link to="/links" search={(old) => old} className="text-accent hover:underline">
                    All links
                  </Link>
                </p>
              )}
            </>
          )
        }
      </Loading>
      {shown && (
        <LinkDialog key={shown.id} link={shown} mayChange={mayChange} close={() => show(undefined)} />
      )}
    </Card>
  );
}

export function CommissionsOf({
  programId,
  partnerId,
  timeZone,
}: {
  programId: number;
  partnerId: number;
  timeZone: string;
}) {
  const filter = { partner_id: partnerId, limit: mostShown };
  const query = useQuery({
    queryKey: ['commissions', programId, 'of', partnerId],
    queryFn: ({ signal }) => api.commissions(programId, filter, signal),
  });
  return (
    <Card title="Latest commissions">
      <Loading query={query} standIn={<Lines count={4} />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nothing earned yet" />
          ) : (
            <Rows
              label="Latest commissions"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                {
                  header: 'Earned',
                  cell: (one) => (
                    <span className="whitespace-nowrap text-ink-2">{day(one.created_at, timeZone)}</span>
                  ),
                },
                {
                  header: 'For',
                  cell: (one) =>
                    one.payment_id === null ? (
                      words(one.type)
                    ) : (
                      <Link
                        to="/payments/$paymentId"
                        params={{ paymentId: String(one.payment_id) }}
                        search={(old) => old}
                        className="text-accent hover:underline"
                      >
                        Payment {one.payment_id}
                      </Link>
                    ),
                },
                {
                  header: 'Status',
                  from: 'sm',
                  cell: (one) => <Badge tone={toneOf(one.status)}>{words(one.status)}</Badge>,
                },
                {
                  header: 'Amount',
                  isRight: true,
                  cell: (one) => (
                    <span className="font-medium">
                      {money(one.amount_cents - one.reversed_cents, one.currency)}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Loading>
    </Card>
  );
}

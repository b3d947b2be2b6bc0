import type { SimulateAnswer } from '@headwater/contract';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Failure, Lines } from '../../parts/states.tsx';
import { count, counted, money, percent } from '../../shell/format.ts';
import { useNames } from '../names.ts';

const mostShown = 100;

/** What past payments earned and would have earned, and who gains or loses by it. */
export function WhatIf({
  tried,
  isCurrent,
  canBeTried,
}: {
  tried: { data: SimulateAnswer | undefined; error: Error | null; isPending: boolean };
  /** Of the terms as they stand in the form. */
  isCurrent: boolean;
  canBeTried: boolean;
}) {
  if (tried.isPending)
    return (
      <>
        <p role="status" className="sr-only">
          Reckoning
        </p>
        <Lines count={7} />
      </>
    );
  if (tried.error) return <Failure error={tried.error} />;
  if (!canBeTried) return <Empty title="Only terms for payments can be tried" />;
  if (!tried.data)
    return (
      <Empty title="See before you save">
        Every payment of the time is decided anew under these terms, from the clicks that were kept with it.
        Nothing is changed by looking.
      </Empty>
    );
  const { data } = tried;
  return (
    <>
      {!isCurrent && (
        <p role="status" className="bg-warn-soft px-4 py-2 text-warn">
          You have changed the terms since: ask again.
        </p>
      )}
      <div className={isCurrent ? '' : 'opacity-60'}>
        <Totals data={data} />
        <Partners data={data} />
      </div>
    </>
  );
}

function Totals({ data }: { data: SimulateAnswer }) {
  if (data.totals.length === 0)
    return (
      <Empty title="Nobody earned anything in that time">
        {counted(data.payments, 'payment')} were looked at, and no partner brought any of them.
      </Empty>
    );
  return data.totals.map(({ currency, now_cents, then_cents, difference_cents }) => (
    <dl key={currency} className="grid grid-cols-3 border-line border-b">
      <Figure name="Earned" value={money(now_cents, currency)} />
      <Figure name="Would have" value={money(then_cents, currency)} />
      <Figure
        name="Difference"
        value={difference(difference_cents, currency)}
        note={now_cents === 0 ? undefined : percent(difference_cents / now_cents)}
      />
    </dl>
  ));
}

function Figure({ name, value, note }: { name: string; value: string; note?: string | undefined }) {
  return (
    <div className="px-4 py-3 not-first:border-line not-first:border-l">
      <dt className="text-ink-2">{name}</dt>
      <dd className="num font-semibold text-base">{value}</dd>
      {note && <dd className="num text-ink-3 text-xs">{note}</dd>}
    </div>
  );
}

const difference = (cents: number, currency: string) => `${cents > 0 ? '+' : ''}${money(cents, currency)}`;

const who = (partners: number) => (partners === 0 ? 'Nobody' : counted(partners, 'partner'));

function Partners({ data }: { data: SimulateAnswer }) {
  const names = useNames();
  const changed = data.partners.filter(({ difference_cents }) => difference_cents !== 0);
  const gain = changed.filter(({ difference_cents }) => difference_cents > 0).length;
  if (data.totals.length === 0) return null;
  if (changed.length === 0) return <p className="px-4 py-3 text-ink-2">Nobody gains or loses by it.</p>;
  return (
    <>
      <p className="px-4 pt-3 text-ink-2">
        {who(gain)} would gain, {who(changed.length - gain).toLowerCase()} would lose, by{' '}
        {counted(data.payments, 'payment')}.
      </p>
      <Rows
        label="Partners who gain or lose"
        rows={changed.slice(0, mostShown)}
        keyOf={({ partner_id, currency }) => `${partner_id}${currency}`}
        columns={[
          {
            header: 'Partner',
            isHead: true,
            cell: (one) => <PartnerLink id={one.partner_id} name={names.get(String(one.partner_id))} />,
          },
          {
            header: 'Earned',
            isRight: true,
            from: 'sm',
            cell: (one) => <span className="text-ink-2">{money(one.now_cents, one.currency)}</span>,
          },
          { header: 'Would have', isRight: true, cell: (one) => money(one.then_cents, one.currency) },
          {
            header: 'Difference',
            isRight: true,
            cell: (one) => (
              <span className={one.difference_cents > 0 ? 'text-good' : 'text-bad'}>
                {difference(one.difference_cents, one.currency)}
              </span>
            ),
          },
        ]}
      />
      {changed.length > mostShown && (
        <p className="px-4 py-3 text-ink-3 text-xs">
          The {mostShown} with the largest difference of {count(changed.length)}.
        </p>
      )}
    </>
  );
}

import type { PartnerStatement, PortalPayout, PortalProgram } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portal } from '../../client/portal.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Older, useCursorList } from '../../parts/cursor-table.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { day, money, words } from '../../shell/format.ts';
import { BalanceOf, useBalances } from './balances.tsx';
import { monthsSince } from './months.ts';
import { useMyProgram } from './my-program.ts';

export function PortalPayouts() {
  const program = useMyProgram();
  return (
    <>
      <PageHead title="Payouts and statements" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)] lg:items-start">
        <div className="space-y-4">
          <PayoutList program={program} />
          <Statement program={program} />
        </div>
        <Balance program={program} />
      </div>
    </>
  );
}

const tones: Readonly<Record<PortalPayout['status'], Tone>> = {
  pending: 'warn',
  approved: 'accent',
  processing: 'accent',
  completed: 'good',
  rejected: 'neutral',
  failed: 'bad',
};
const statusNames: Readonly<Record<PortalPayout['status'], string>> = {
  pending: 'Being prepared',
  approved: 'Approved',
  processing: 'On its way',
  completed: 'Arrived',
  rejected: 'Withdrawn',
  failed: 'Failed',
};

function PayoutList({ program }: { program: PortalProgram }) {
  const { query, rows } = useCursorList(['portal', 'payouts', program.id], (cursor, signal) =>
    portal.payouts(program.id, cursor, signal),
  );
  return (
    <Card title="Payouts">
      <Loading query={query} standIn={<Lines count={4} />}>
        {() =>
          rows.length === 0 ? (
            <Empty title="No payouts yet">
              When your balance is ready and the program pays, the payout appears here.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {rows.map((one) => (
                <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
                  <div className="min-w-0 flex-1 basis-40">
                    <p className="num font-medium">{money(one.amount_cents, one.currency)}</p>
                    <p className="truncate text-ink-3 text-xs">
                      {words(one.method)}
                      {one.reference && ` · ${one.reference}`}
                      {one.reason && ` · ${one.reason}`}
                    </p>
                  </div>
                  <span className="text-ink-2">
                    {day(one.settled_at ?? one.created_at, program.time_zone)}
                  </span>
                  <Badge tone={tones[one.status]}>{statusNames[one.status]}</Badge>
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
      <Older of={query} />
    </Card>
  );
}

function Statement({ program }: { program: PortalProgram }) {
  const months = monthsSince(program.joined_at);
  const [chosen, setChosen] = useState(months[0]?.key ?? '');
  const month = months.find(({ key }) => key === chosen) ?? months[0];
  const period = { from: month?.from ?? '', to: month?.to ?? '' };
  const query = useQuery({
    queryKey: ['portal', 'statement', program.id, period],
    queryFn: ({ signal }) => portal.statement(program.id, period, signal),
  });
  return (
    <Card
      title="Statement"
      aside={
        <div className="flex flex-wrap items-center gap-2">
          <Select
            label="Month"
            hideLabel
            value={month?.key}
            onChange={({ target }) => setChosen(target.value)}
          >
            {months.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </Select>
          {(['pdf', 'csv'] as const).map((kind) => (
            <a
              key={kind}
              download
              href={portal.statementFile(program.id, period, kind)}
              className={buttonClass()}
            >
              {kind.toUpperCase()}
              <span className="sr-only"> of the statement</span>
            </a>
          ))}
        </div>
      }
    >
      <Loading query={query} standIn={<Lines count={5} />}>
        {({ currencies }) =>
          currencies.length === 0 ? (
            <Empty title="Nothing was earned or paid in this month" />
          ) : (
            currencies.map((part) => (
              <StatementOf key={part.currency} part={part} timeZone={program.time_zone} />
            ))
          )
        }
      </Loading>
    </Card>
  );
}

const kinds = { earned: 'Commission', reversed: 'Taken back', paid: 'Payout' } as const;
const mostLines = 100;

function StatementOf({ part, timeZone }: { part: PartnerStatement['currencies'][number]; timeZone: string }) {
  const line = (label: string, cents: number, isSum = false) => (
    <tr className={isSum ? 'font-medium' : ''}>
      <th scope="row" colSpan={2} className="px-4 py-2 text-left font-[inherit]">
        {label}
      </th>
      <td className="num whitespace-nowrap px-4 py-2 text-right">{money(cents, part.currency)}</td>
    </tr>
  );
  return (
    <table className="w-full">
      <thead className="sr-only">
        <tr>
          <th scope="col">Date</th>
          <th scope="col">What</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {line('Owed before', part.opening_cents, true)}
        {part.lines.slice(0, mostLines).map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a statement stay where they are
          <tr key={index}>
            <td className="whitespace-nowrap px-4 py-2 text-ink-2">{day(one.at, timeZone)}</td>
            <td className="w-full px-4 py-2">
              {kinds[one.kind]}
              {one.commission_id !== null && <span className="text-ink-3"> #{one.commission_id}</span>}
            </td>
            <td className="num whitespace-nowrap px-4 py-2 text-right">
              {money(one.amount_cents, part.currency)}
            </td>
          </tr>
        ))}
        {part.lines.length > mostLines &&
          line(
            'Further lines, in the PDF and the CSV',
            part.lines.slice(mostLines).reduce((sum, one) => sum + one.amount_cents, 0),
          )}
        {line('Owed', part.closing_cents, true)}
      </tbody>
    </table>
  );
}

function Balance({ program }: { program: PortalProgram }) {
  const balances = useBalances(program);
  return (
    <Card title="Your balance">
      <Loading query={balances} standIn={<Lines count={5} />}>
        {(all) => (
          <div className="divide-y divide-line">
            {all.map((one) => (
              <div key={one.currency}>
                <BalanceOf balance={one} />
                {one.threshold_cents > 0 && (
                  <p className="px-4 pb-3 text-ink-3 text-xs">
                    A payout is made from {money(one.threshold_cents, one.currency)} on.
                  </p>
                )}
              </div>
            ))}
          </div>
        )}
      </Loading>
    </Card>
  );
}

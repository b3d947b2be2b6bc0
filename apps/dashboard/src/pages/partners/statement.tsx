import type { PartnerRecord, PartnerStatement } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { moneyApi } from '../../client/money.ts';
import { Card } from '../../parts/card.tsx';
import { FactList } from '../../parts/facts.tsx';
import { Rows } from '../../parts/rows.tsx';
import { SaveFile } from '../../parts/save-file.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { count, day, money } from '../../shell/format.ts';
import { daysOf, type Search } from '../../shell/search.ts';

const kinds = { earned: 'Commission', reversed: 'Taken back', paid: 'Payout' };
/** What is read here, the latest first; the files have all of it. */
const mostShown = 15;

/** What the partner was owed, earned and was paid in the period, to the cent. */
export function Statement({
  programId,
  partner,
  timeZone,
}: {
  programId: number;
  partner: PartnerRecord;
  timeZone: string;
}) {
  const period = daysOf(useSearch({ strict: false }) as Search, timeZone);
  const query = useQuery({
    queryKey: ['statement', programId, partner.id, period],
    queryFn: ({ signal }) => moneyApi.statement(programId, partner.id, period, signal),
    placeholderData: keepPreviousData,
  });
  const files = (['csv', 'pdf'] as const).map((format) => (
    <SaveFile
      key={format}
      name={`statement-${partner.id}-${period.from}.${format}`}
      file={() => moneyApi.statementFile(programId, partner.id, period, format)}
    >
      {format.toUpperCase()}
    </SaveFile>
  ));
  return (
    <Card title="Statement" aside={<span className="flex gap-2">{files}</span>}>
      <Loading query={query} standIn={<Lines count={8} />}>
        {({ currencies }) =>
          currencies.length === 0 ? (
            <Empty title="Nothing was earned or paid in this period" />
          ) : (
            currencies.map((one) => <OfCurrency key={one.currency} statement={one} timeZone={timeZone} />)
          )
        }
      </Loading>
    </Card>
  );
}

function OfCurrency({
  statement: { currency, lines, ...sums },
  timeZone,
}: {
  statement: PartnerStatement['currencies'][number];
  timeZone: string;
}) {
  const amount = (cents: number) => money(cents, currency);
  return (
    <>
      <FactList
        facts={[
          ['Owed before', amount(sums.opening_cents)],
          ['Earned', amount(sums.earned_cents)],
          ['Taken back', amount(sums.reversed_cents)],
          ['Paid', amount(sums.paid_cents)],
          ['Owed at the end', <strong key="closing">{amount(sums.closing_cents)}</strong>],
        ]}
      />
      <div className="border-line border-t">
        <Rows
          label={`Statement in ${currency}`}
          isTight
          rows={lines
            .map((line, index) => ({ ...line, index }))
            .slice(-mostShown)
            .reverse()}
          keyOf={({ index }) => index}
          columns={[
            {
              header: 'When',
              cell: ({ at }) => <span className="whitespace-nowrap text-ink-2">{day(at, timeZone)}</span>,
            },
            { header: 'What', cell: ({ kind }) => kinds[kind] },
            {
              header: 'Payment',
              from: 'sm',
              cell: ({ transaction_id }) => (
                <span className="text-ink-2 [overflow-wrap:anywhere]">{transaction_id ?? ''}</span>
              ),
            },
            { header: 'Amount', isRight: true, cell: ({ amount_cents }) => amount(amount_cents) },
          ]}
        />
        {lines.length > mostShown && (
          <p className="px-4 py-2.5 text-ink-3 text-xs">
            The latest {mostShown} of {count(lines.length)} lines; the files have all of them.
          </p>
        )}
      </div>
    </>
  );
}

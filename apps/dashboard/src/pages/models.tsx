import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Chart } from '../charts/chart.tsx';
import { sideBySide } from '../charts/options.ts';
import { api } from '../client/index.ts';
import { Card, PageHead } from '../parts/card.tsx';
import { Select } from '../parts/field.tsx';
import { Scrollable } from '../parts/scrollable.tsx';
import { Empty, Lines, Loading } from '../parts/states.tsx';
import { axisMoney, shortMoney, words } from '../shell/format.ts';
import { PeriodBar } from '../shell/period-bar.tsx';
import { daysOf, type Search } from '../shell/search.ts';
import { type Subject, useSubject, useSubjects } from '../shell/session.ts';

const by = ['channel', 'source', 'campaign', 'partner'] as const;
const about: Readonly<Record<string, string>> = {
  first_touch: 'all to what first brought them',
  last_touch: 'all to what they came by last',
  last_non_direct: 'all to the last that was not a direct visit',
  linear: 'the same to each touch',
  position_based: 'most to the first and the last',
  time_decay: 'more to what was closer to the payment',
  markov: 'by how many payments would be missing without it',
  shapley: 'by what it adds to every combination of the others',
};
const shownRows = 8;

export function Models() {
  const subjects = useSubjects();
  const subject = useSubject();
  return (
    <Loading query={subjects} standIn={<Lines count={10} />}>
      {() =>
        subject ? (
          <SideBySide subject={subject} />
        ) : (
          <Empty title="There is no program yet">The overview creates the first one.</Empty>
        )
      }
    </Loading>
  );
}

/** One period's revenue, shared out by each model. */
function SideBySide({ subject }: { subject: Subject }) {
  const search = useSearch({ strict: false }) as Search;
  const [dimension, setDimension] = useState<(typeof by)[number]>('channel');
  const question = { ...subject.key, ...daysOf(search, subject.timeZone), by: dimension, lookback_days: 30 };
  const query = useQuery({
    queryKey: ['models', question],
    queryFn: ({ signal }) => api.models(question, signal),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
  return (
    <>
      <PageHead title="Models">
        <Select
          label="Compare by"
          hideLabel
          value={dimension}
          onChange={({ target }) => setDimension(target.value as (typeof by)[number])}
        >
          {by.map((one) => (
            <option key={one} value={one}>
              By {one}
            </option>
          ))}
        </Select>
        <PeriodBar timeZone={subject.timeZone} />
      </PageHead>
      <p className="-mt-2 mb-4 max-w-2xl text-ink-2">
        The same revenue, shared out among what led to it in eight ways. Where they agree it does not matter
        which you believe; where they differ, look closer.
      </p>
      <Loading query={query} standIn={<Lines count={12} />}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Card>
              <Empty title="No payment with a path in this period">
                Models need payments whose visits or clicks were seen.
              </Empty>
            </Card>
          ) : (
            <Comparison answer={answer} dimension={dimension} />
          )
        }
      </Loading>
    </>
  );
}

function Comparison({
  answer,
  dimension,
}: {
  answer: Awaited<ReturnType<typeof api.models>>;
  dimension: string;
}) {
  const { rows, models, currency, totals, untouched } = answer;
  const shown = rows.slice(0, shownRows);
  const option = useMemo(() => {
    const top = rows.slice(0, shownRows);
    return sideBySide(
      top.map((row) => rowName(row, dimension)),
      models.map((model) => ({
        name: words(model),
        values: top.map((row) => row.models[model]?.revenue_cents ?? 0),
      })),
      (value) => shortMoney(value, currency),
      (value) => axisMoney(value, currency),
    );
  }, [rows, models, currency, dimension]);
  return (
    <>
      <Card className="mb-4 px-4 pt-4 pb-2">
        <Chart
          option={option}
          height={340}
          summary={`Revenue by ${dimension} under ${models.length} models`}
        />
      </Card>
      <Card
        title={`Revenue by ${dimension}`}
        aside={
          <span className="text-ink-3 text-xs">
            {shortMoney(totals.revenue_cents, currency)} in all,{' '}
            {shortMoney(untouched.revenue_cents, currency)} without a touch
          </span>
        }
      >
        <Scrollable label="Models side by side">
          <table className="w-full">
            <thead>
              <tr className="text-ink-3 text-xs">
                <th scope="col" className="px-4 py-2 text-left font-medium">
                  {words(dimension)}
                </th>
                {models.map((model) => (
                  <th
                    key={model}
                    scope="col"
                    className="px-3 py-2 text-right font-medium"
                    title={about[model]}
                  >
                    {words(model)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-line border-t">
              {shown.map((row) => (
                <tr key={row.key}>
                  <th scope="row" className="whitespace-nowrap px-4 py-2 text-left font-medium">
                    {rowName(row, dimension)}
                  </th>
                  {models.map((model) => (
                    <td key={model} className="num whitespace-nowrap px-3 py-2 text-right">
                      {shortMoney(row.models[model]?.revenue_cents ?? 0, currency)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrollable>
        <dl className="grid gap-x-6 gap-y-1 border-line border-t px-4 py-3 text-xs sm:grid-cols-2">
          {models.map((model) => (
            <div key={model} className="flex gap-2">
              <dt className="w-28 flex-none font-medium">{words(model)}</dt>
              <dd className="text-ink-2">{about[model]}</dd>
            </div>
          ))}
        </dl>
      </Card>
    </>
  );
}

function rowName(
  { key, name, others }: { key: string; name?: string; others?: boolean },
  dimension: string,
): string {
  if (others) return 'All others';
  if (name !== undefined) return name;
  if (key === '') return dimension === 'partner' ? 'No partner' : 'None';
  return dimension === 'channel' ? words(key) : key;
}

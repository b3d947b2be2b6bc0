import type { ReportMetric } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../client/index.ts';
import { Card } from '../../parts/card.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { dimensionNames, type ShownDimension } from '../../shell/catalogue.ts';
import { shortCount, shortMoney } from '../../shell/format.ts';
import { useToggleFilter, valueName } from '../../shell/period-bar.tsx';
import { type Search, writeFilter } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { baseOf } from './question.ts';

const visits: readonly ReportMetric[] = ['net_revenue_cents', 'visitors'];
const acts: readonly ReportMetric[] = ['net_revenue_cents', 'commissions_cents'];

const cards: readonly { title: string; dimensions: readonly ShownDimension[] }[] = [
  { title: 'Sources', dimensions: ['channel', 'source', 'campaign', 'referrer'] },
  { title: 'Pages', dimensions: ['landing_page', 'exit_page'] },
  { title: 'Places', dimensions: ['country', 'city', 'device', 'browser'] },
  { title: 'Partners', dimensions: ['partner', 'link'] },
];

export function Breakdowns({ subject }: { subject: Subject }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {cards.map((card) => (
        <Breakdown key={card.title} subject={subject} {...card} />
      ))}
    </div>
  );
}

const metricNames: Readonly<Partial<Record<ReportMetric, string>>> = {
  net_revenue_cents: 'Revenue',
  visitors: 'Visitors',
  commissions_cents: 'Commissions',
};

const shownRows = 8;

/** What the period is made of, by one dimension of several; a row filters the page by its value. */
function Breakdown({
  subject,
  title,
  dimensions,
}: {
  subject: Subject;
  title: string;
  dimensions: readonly ShownDimension[];
}) {
  const search = useSearch({ strict: false }) as Search;
  const toggle = useToggleFilter();
  const [dimension, setDimension] = useState<ShownDimension>(dimensions[0] as ShownDimension);
  const metrics = dimension === 'partner' || dimension === 'link' ? acts : visits;
  const question = {
    ...baseOf(subject, search),
    metrics: [...metrics],
    dimensions: [dimension],
    limit: shownRows,
  };
  const query = useQuery({
    queryKey: ['breakdown', question],
    queryFn: ({ signal }) => api.query(question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Card
      title={title}
      aside={
        <fieldset className="-mx-2 flex flex-wrap">
          <legend className="sr-only">{title} by</legend>
          {dimensions.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === dimension}
              onClick={() => setDimension(one)}
              className="h-7 rounded px-2 text-ink-2 hover:text-ink aria-pressed:font-semibold aria-pressed:text-accent"
            >
              {dimensionNames[one]}
            </button>
          ))}
        </fieldset>
      }
    >
      <div className="min-h-[19.5rem]">
        <Loading query={query} standIn={<Lines count={shownRows} />}>
          {({ rows, currency }) => {
            const [main] = metrics as [ReportMetric];
            const most = Math.max(...rows.map((row) => row.metrics[main] ?? 0), 1);
            const shown = rows.filter((row) => metrics.some((metric) => row.metrics[metric]));
            if (shown.length === 0) return <p className="p-4 text-ink-2">Nothing in this period.</p>;
            return (
              <table className="w-full table-fixed">
                <thead>
                  <tr className="text-ink-3 text-xs">
                    <th scope="col" className="px-4 pt-2 pb-1 text-left font-medium">
                      {dimensionNames[dimension]}
                    </th>
                    {metrics.map((metric) => (
                      <th
                        key={metric}
                        scope="col"
                        className="w-26 px-3 pt-2 pb-1 text-right font-medium last:pr-4"
                      >
                        {metricNames[metric]}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {shown.map((row) => {
                    const value = row.dimensions[dimension] ?? '';
                    const name = row.names?.[dimension] ?? valueName({ dimension, value });
                    const isChosen = search.f?.includes(writeFilter({ dimension, operator: 'is', value }));
                    return (
                      <tr key={value} className="hover:bg-sunken">
                        <td className="relative p-0">
                          <span
                            aria-hidden="true"
                            className="absolute inset-y-0.5 left-2 rounded bg-accent-soft"
                            style={{ width: `calc(${((row.metrics[main] ?? 0) / most) * 100}% - 0.5rem)` }}
                          />
                          <button
                            type="button"
                            aria-pressed={isChosen === true}
                            title={name}
                            onClick={() => toggle({ dimension, value })}
                            className="relative block w-full truncate px-4 py-1.5 text-left hover:underline focus-visible:-outline-offset-2 aria-pressed:font-semibold"
                          >
                            {name}
                          </button>
                        </td>
                        {metrics.map((metric) => (
                          <td key={metric} className="num px-3 text-right last:pr-4">
                            {metric.endsWith('_cents')
                              ? shortMoney(row.metrics[metric] ?? 0, currency)
                              : shortCount(row.metrics[metric] ?? 0)}
                          </td>
                        ))}
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            );
          }}
        </Loading>
      </div>
    </Card>
  );
}

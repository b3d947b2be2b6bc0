import type { ReportMetric } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { FormError } from '../../parts/field.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { dimensionNames, type ShownDimension } from '../../shell/catalogue.ts';
import { columnMoney, percent, shortCount } from '../../shell/format.ts';
import { useToggleFilter, valueName } from '../../shell/period-bar.tsx';
import { type Search, writeFilter } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { obstacle } from './askable.ts';
import { useSaveCsv } from './export.tsx';
import { baseOf, compareOf, useAsked } from './question.ts';

const visits: readonly ReportMetric[] = ['net_revenue_cents', 'visitors'];
const acts: readonly ReportMetric[] = ['net_revenue_cents', 'commissions_cents'];
const views: readonly ReportMetric[] = ['pageviews', 'visitors'];
const exits: readonly ReportMetric[] = ['visits', 'visitors'];

const cards: readonly { title: string; dimensions: readonly ShownDimension[] }[] = [
  { title: 'Sources', dimensions: ['channel', 'source', 'campaign', 'referrer'] },
  { title: 'Pages', dimensions: ['landing_page', 'page', 'exit_page'] },
  { title: 'Places', dimensions: ['country', 'city', 'device', 'browser'] },
  { title: 'Partners', dimensions: ['partner', 'link'] },
];

/** Asked for after the figures, which would else wait for them in the engine. */
export function Breakdowns({ subject, isTime }: { subject: Subject; isTime: boolean }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {cards.map((card) => (
        <Breakdown key={card.title} subject={subject} isTime={isTime} {...card} />
      ))}
    </div>
  );
}

const metricNames: Readonly<Partial<Record<ReportMetric, string>>> = {
  net_revenue_cents: 'Revenue',
  visitors: 'Visitors',
  commissions_cents: 'Commissions',
  pageviews: 'Views',
  visits: 'Visits',
};

function metricsOf(dimension: ShownDimension): readonly ReportMetric[] {
  if (dimension === 'page') return views;
  if (dimension === 'exit_page') return exits;
  return dimension === 'partner' || dimension === 'link' ? acts : visits;
}

const shownRows = 8;

/** What the period is made of, by one dimension of several; a row filters the page by its value. */
function Breakdown({
  subject,
  isTime,
  title,
  dimensions,
}: {
  subject: Subject;
  isTime: boolean;
  title: string;
  dimensions: readonly ShownDimension[];
}) {
  const search = useSearch({ strict: false }) as Search;
  const toggle = useToggleFilter();
  const [dimension, setDimension] = useState<ShownDimension>(dimensions[0] as ShownDimension);
  const asked = useAsked(subject);
  const metrics = metricsOf(dimension).filter((one) => !obstacle(one, [...asked, dimension]));
  const save = useSaveCsv(subject, metrics, dimension, `${subject.name} by ${dimensionNames[dimension]}`);
  const question = {
    ...baseOf(subject, search),
    ...compareOf(search),
    metrics,
    dimensions: [dimension],
    limit: shownRows,
  };
  const query = useQuery({
    queryKey: ['breakdown', question],
    queryFn: ({ signal }) => api.query(question, signal),
    // Rows of another dimension would be shown under this one's name.
    placeholderData: (old, last) =>
      JSON.stringify((last?.queryKey[1] as typeof question | undefined)?.dimensions) ===
      JSON.stringify(question.dimensions)
        ? old
        : undefined,
    enabled: isTime && metrics.length > 0,
  });
  return (
    <Card
      title={title}
      aside={
        <div className="-mx-2 flex flex-wrap items-center">
          <fieldset className="flex flex-wrap">
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
          <Button
            look="quiet"
            className="h-7 px-2 font-normal"
            aria-label={`CSV of ${title.toLowerCase()}`}
            title="All rows, as a CSV file"
            disabled={save.isPending || metrics.length === 0}
            onClick={() => save.mutate()}
          >
            CSV
          </Button>
        </div>
      }
    >
      <div className="min-h-[19.5rem]">
        <FormError error={save.error} />
        {metrics.length === 0 ? (
          <p className="p-4 text-ink-2">
            {dimensionNames[dimension]}s are not told apart by what this page is filtered by.
          </p>
        ) : (
          <Loading query={query} standIn={<Lines count={shownRows} />}>
            {({ rows, currency }) => {
              const [main] = metrics as [ReportMetric];
              const most = Math.max(...rows.map((row) => row.metrics[main] ?? 0), 1);
              const shown = rows.filter((row) => metrics.some((metric) => row.metrics[metric]));
              const amount = columnMoney(main.endsWith('_cents') ? most : 0, currency);
              const isCompared = shown.some((row) => row.previous !== undefined);
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
                      {isCompared && (
                        <th
                          scope="col"
                          className="w-18 pt-2 pr-4 pb-1 text-right font-medium max-sm:hidden"
                          title={`${metricNames[main]} against what it is compared with`}
                        >
                          Change
                        </th>
                      )}
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
                                ? amount(row.metrics[metric] ?? 0)
                                : shortCount(row.metrics[metric] ?? 0)}
                            </td>
                          ))}
                          {isCompared && (
                            <td className="num pr-4 text-right text-ink-2 text-xs max-sm:hidden">
                              {changeOf(row.metrics[main], row.previous?.[main])}
                            </td>
                          )}
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              );
            }}
          </Loading>
        )}
      </div>
    </Card>
  );
}

function changeOf(now: number | null | undefined, before: number | null | undefined): string {
  if (!before) return now ? 'new' : '';
  const change = ((now ?? 0) - before) / Math.abs(before);
  if (change > 9.99) return `×${shortCount(Math.round(change + 1))}`;
  return `${change > 0 ? '+' : ''}${percent(change, 0)}`;
}

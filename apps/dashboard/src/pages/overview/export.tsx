import type { QueryAnswer, ReportMetric } from '@headwater/contract';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { toCsv } from '../../parts/csv.ts';
import { saveFile } from '../../parts/save-file.tsx';
import { dimensionNames, type ShownDimension } from '../../shell/catalogue.ts';
import { major, words } from '../../shell/format.ts';
import { valueName } from '../../shell/period-bar.tsx';
import { daysOf, type Search } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { obstacle } from './askable.ts';
import { baseOf, compareOf, intervalOf, useAsked } from './question.ts';

const figures: readonly ReportMetric[] = [
  'net_revenue_cents',
  'visitors',
  'conversion_rate',
  'commissions_cents',
  'customers',
  'payments',
  'gross_revenue_cents',
];
const mostRows = 10_000;

/** The figures of the page by its points of time. */
export function Export({ subject }: { subject: Subject }) {
  const search = useSearch({ strict: false }) as Search;
  const save = useSaveCsv(subject, figures, intervalOf(search, subject.timeZone), subject.name);
  return (
    <>
      <Button onClick={() => save.mutate()} disabled={save.isPending}>
        {save.isPending ? 'Exporting…' : 'Export CSV'}
      </Button>
      <span role="alert" className="text-bad empty:hidden">
        {save.error?.message}
      </span>
    </>
  );
}

/** What is shown by one dimension as a file: all of its rows, under the filters of the page, and what they were before. */
export function useSaveCsv(
  subject: Subject,
  metrics: readonly ReportMetric[],
  dimension: ShownDimension | 'hour' | 'day' | 'week' | 'month',
  name: string,
) {
  const search = useSearch({ strict: false }) as Search;
  const asked = useAsked(subject);
  return useMutation({
    async mutationFn() {
      const told = metrics.filter((metric) => !obstacle(metric, [...asked, dimension]));
      const question = { ...baseOf(subject, search), ...compareOf(search), metrics: told };
      const answer = await api.query({ ...question, dimensions: [dimension], limit: mostRows });
      const { from, to } = daysOf(search, subject.timeZone);
      saveFile(toCsv(table(answer, told, dimension)), `${name}, ${from} to ${to}.csv`);
    },
  });
}

function table(
  { rows, currency }: QueryAnswer,
  metrics: readonly ReportMetric[],
  dimension: ShownDimension | 'hour' | 'day' | 'week' | 'month',
) {
  const isCompared = rows.some((row) => row.previous !== undefined);
  const value = (metric: ReportMetric, of: Record<string, number | null> | undefined) => {
    const told = of?.[metric] ?? null;
    return told !== null && metric.endsWith('_cents') ? major(told, currency) : told;
  };
  const heading = (metric: ReportMetric) =>
    metric.endsWith('_cents')
      ? `${words(metric.replace(/_cents$/, ''))}, ${currency}`
      : words(metric) + (metric.endsWith('_rate') ? ', %' : '');
  const isTime = !(dimension in dimensionNames);
  return [
    [
      isTime ? words(dimension) : dimensionNames[dimension as ShownDimension],
      ...metrics.flatMap((metric) => [
        heading(metric),
        ...(isCompared ? [`${heading(metric)}, before`] : []),
      ]),
    ],
    ...rows.map((row) => {
      const key = row.dimensions[dimension] ?? '';
      const name = row.names?.[dimension];
      const shown = isTime
        ? key
        : (name ?? valueName({ dimension: dimension as ShownDimension, value: key }));
      return [
        shown,
        ...metrics.flatMap((metric) => [
          value(metric, row.metrics),
          ...(isCompared ? [value(metric, row.previous)] : []),
        ]),
      ];
    }),
  ];
}

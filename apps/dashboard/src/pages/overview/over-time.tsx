import type { AnnotationItem } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { type Mark, overTime } from '../../charts/options.ts';
import { api } from '../../client/index.ts';
import { Failure } from '../../parts/states.tsx';
import { count, tick } from '../../shell/format.ts';
import type { Search } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { Annotations, useAnnotations } from './annotations.tsx';
import { bucketOf } from './buckets.ts';
import { axisOf, type Figure, figureNames, formatOf } from './figure.ts';
import { baseOf, compareOf, intervalOf } from './question.ts';

const chartHeight = 260;

/** One figure over the period, beside what it was before; with marks of what happened. */
export function OverTime({
  subject,
  figure,
  currency,
  isTold,
}: {
  subject: Subject;
  figure: Figure;
  currency: string;
  isTold: boolean;
}) {
  const search = useSearch({ strict: false }) as Search;
  const interval = intervalOf(search, subject.timeZone);
  const question = {
    ...baseOf(subject, search),
    ...compareOf(search),
    metrics: [figure],
    dimensions: [interval],
    limit: 1000,
  };
  const series = useQuery({
    queryKey: ['over-time', question],
    queryFn: ({ signal }) => api.query(question, signal),
    placeholderData: keepPreviousData,
    enabled: isTold,
  });
  const rows = isTold ? series.data?.rows : undefined;
  const timeZone = series.data?.time_zone ?? subject.timeZone;
  const annotations = useAnnotations(subject);
  const option = useMemo(() => {
    if (!rows) return undefined;
    const valuesOf = (of: 'metrics' | 'previous') => rows.map((row) => row[of]?.[figure] ?? null);
    const hasBefore = rows.some((row) => row.previous !== undefined);
    return overTime(
      {
        ticks: rows.map((row) => tick(row.dimensions[interval] ?? '', subject.timeZone)),
        now: { name: figureNames[figure], values: valuesOf('metrics') },
        before: hasBefore ? { name: 'Before', values: valuesOf('previous') } : undefined,
        marks: marksOf(
          annotations,
          rows.map((row) => row.dimensions[interval] ?? ''),
          (at) => bucketOf(at, interval, timeZone),
        ),
      },
      formatOf(figure, currency),
      axisOf(figure, currency),
    );
  }, [rows, figure, interval, currency, subject.timeZone, timeZone, annotations]);
  if (!isTold)
    return (
      <p className="grid place-items-center text-ink-2" style={{ height: chartHeight }}>
        {figureNames[figure]} is not told by what this page is filtered by.
      </p>
    );
  if (series.error && !rows) return <Failure error={series.error} retry={() => void series.refetch()} />;
  return (
    <>
      <div className="px-2 pt-2 pb-3">
        {option ? (
          <Chart
            option={option}
            height={chartHeight}
            summary={`${figureNames[figure]} over time, ${count(rows?.length ?? 0)} points`}
          />
        ) : (
          <div className="skeleton m-2" style={{ height: chartHeight - 16 }} />
        )}
      </div>
      <Annotations subject={subject} annotations={annotations} timeZone={timeZone} />
    </>
  );
}

/** One mark a tick, called by the numbers of all that happened there. */
function marksOf(
  annotations: readonly AnnotationItem[],
  keys: readonly string[],
  bucket: (at: string) => string,
): Mark[] {
  const marks = new Map<number, string>();
  for (const [index, { at }] of annotations.entries()) {
    const tick = keys.indexOf(bucket(at));
    const known = marks.get(tick);
    if (tick >= 0) marks.set(tick, known ? `${known} ${index + 1}` : String(index + 1));
  }
  return [...marks].map(([tick, label]) => ({ tick, label }));
}

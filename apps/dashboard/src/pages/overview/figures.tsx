import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { overTime } from '../../charts/options.ts';
import { api } from '../../client/index.ts';
import { Empty, Failure, Stale } from '../../parts/states.tsx';
import { count, percent, shortCount, shortMoney, tick } from '../../shell/format.ts';
import type { Search } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { DemoOffer } from './demo-offer.tsx';
import { baseOf, compareOf, intervalOf } from './question.ts';

const figures = ['net_revenue_cents', 'visitors', 'conversion_rate', 'commissions_cents'] as const;
export type Figure = (typeof figures)[number];

const names: Readonly<Record<Figure, string>> = {
  net_revenue_cents: 'Revenue',
  visitors: 'Visitors',
  conversion_rate: 'Conversion',
  commissions_cents: 'Commissions',
};

function formatOf(figure: Figure, currency: string): (value: number) => string {
  if (figure === 'visitors') return shortCount;
  if (figure === 'conversion_rate') return (value) => percent(value / 100, 2);
  return (value) => shortMoney(value, currency);
}

/** The four figures of the period, each with what it was before; the chosen one is drawn over time. */
export function Figures({
  subject,
  figure,
  onFigure,
}: {
  subject: Subject;
  figure: Figure;
  onFigure: (figure: Figure) => void;
}) {
  const search = useSearch({ strict: false }) as Search;
  const base = { ...baseOf(subject, search), metrics: [...figures] };
  const totals = useQuery({
    queryKey: ['totals', base, compareOf(search)],
    queryFn: ({ signal }) => api.query({ ...base, ...compareOf(search) }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const row = totals.data?.rows[0];
  const currency = totals.data?.currency ?? subject.currency;
  const trouble = totals.error ?? totals.failureReason;
  if (trouble && !totals.data)
    return (
      <div className="mb-4 rounded-lg border border-line bg-surface">
        <Failure error={trouble} retry={() => void totals.refetch()} />
      </div>
    );
  const isEmpty =
    row !== undefined && !search.f && figures.every((one) => !row.metrics[one] && !row.previous?.[one]);
  return (
    <>
      {trouble && <Stale error={trouble} />}
      <section
        aria-label="Figures of the period"
        className="mb-4 overflow-hidden rounded-lg border border-line bg-surface"
      >
        <div className="grid grid-cols-2 border-line border-b lg:grid-cols-4">
          {figures.map((one) => (
            <FigureButton
              key={one}
              name={names[one]}
              value={row?.metrics[one]}
              previous={row?.previous?.[one]}
              isCompared={row?.previous !== undefined}
              isChosen={one === figure}
              format={formatOf(one, currency)}
              // More commission is no better and no worse.
              isGood={one === 'commissions_cents' ? undefined : (change) => change > 0}
              onChoose={() => onFigure(one)}
            />
          ))}
        </div>
        {isEmpty ? (
          <Empty title="Nothing was seen in this period">
            <DemoOffer subject={subject} />
          </Empty>
        ) : (
          <OverTime subject={subject} figure={figure} currency={currency} />
        )}
      </section>
    </>
  );
}

function FigureButton(props: {
  name: string;
  value: number | null | undefined;
  previous: number | null | undefined;
  isCompared: boolean;
  isChosen: boolean;
  format: (value: number) => string;
  isGood: ((change: number) => boolean) | undefined;
  onChoose: () => void;
}) {
  const { name, value, previous, isCompared, isChosen, format, isGood } = props;
  const change = value != null && previous ? (value - previous) / Math.abs(previous) : undefined;
  const tone =
    change === undefined || change === 0 || !isGood
      ? 'text-ink-2'
      : isGood(change)
        ? 'text-good'
        : 'text-bad';
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={props.onChoose}
      className="group border-line px-4 py-3.5 text-left transition-colors hover:bg-sunken focus-visible:-outline-offset-2 max-lg:even:border-l max-lg:[&:nth-child(n+3)]:border-t lg:[&:not(:first-child)]:border-l"
    >
      <span className="font-medium text-ink-2 group-aria-pressed:text-accent">{name}</span>
      <span className="num mt-0.5 block min-h-8 font-semibold text-2xl tracking-tight">
        {value === undefined ? (
          <span className="skeleton mt-1 block h-6 w-24" />
        ) : value === null ? (
          '–'
        ) : (
          format(value)
        )}
      </span>
      <span className={`num block min-h-5 text-xs ${tone}`}>
        {isCompared && change !== undefined && (
          <>
            {change > 0 ? '↑' : change < 0 ? '↓' : ''}{' '}
            {percent(Math.abs(change), Math.abs(change) < 0.1 ? 1 : 0)}{' '}
            <span className="text-ink-3">from {format(previous as number)}</span>
          </>
        )}
      </span>
    </button>
  );
}

const chartHeight = 260;

function OverTime({ subject, figure, currency }: { subject: Subject; figure: Figure; currency: string }) {
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
  });
  const rows = series.data?.rows;
  const option = useMemo(() => {
    if (!rows) return undefined;
    const valuesOf = (of: 'metrics' | 'previous') => rows.map((row) => row[of]?.[figure] ?? null);
    const hasBefore = rows.some((row) => row.previous !== undefined);
    return overTime(
      {
        ticks: rows.map((row) => tick(row.dimensions[interval] ?? '', subject.timeZone)),
        now: { name: names[figure], values: valuesOf('metrics') },
        before: hasBefore ? { name: 'Before', values: valuesOf('previous') } : undefined,
      },
      formatOf(figure, currency),
    );
  }, [rows, figure, interval, currency, subject.timeZone]);
  if (series.error && !rows) return <Failure error={series.error} retry={() => void series.refetch()} />;
  return (
    <div className="px-2 pt-2 pb-3">
      {option ? (
        <Chart
          option={option}
          height={chartHeight}
          summary={`${names[figure]} over time, ${count(rows?.length ?? 0)} points`}
        />
      ) : (
        <div className="skeleton m-2" style={{ height: chartHeight - 16 }} />
      )}
    </div>
  );
}

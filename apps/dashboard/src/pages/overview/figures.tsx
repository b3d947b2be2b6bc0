import type { ReportDimension } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api } from '../../client/index.ts';
import { Empty, Failure, Stale } from '../../parts/states.tsx';
import { dimensionNames, type ShownDimension } from '../../shell/catalogue.ts';
import { percent, words } from '../../shell/format.ts';
import type { Search } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { obstacle } from './askable.ts';
import { DemoOffer } from './demo-offer.tsx';
import { type Figure, figureNames, figures, formatOf } from './figure.ts';
import { OverTime } from './over-time.tsx';
import { baseOf, compareOf, useAsked } from './question.ts';

/** The four figures of the period, each with what it was before; the chosen one is drawn over time. */
export function Figures({
  subject,
  figure,
  onFigure,
  onThere,
}: {
  subject: Subject;
  figure: Figure;
  onFigure: (figure: Figure) => void;
  /** Told once the figures are there, or cannot be had. */
  onThere: (isThere: true) => void;
}) {
  const search = useSearch({ strict: false }) as Search;
  const asked = useAsked(subject);
  const told = figures.filter((one) => obstacle(one, asked) === undefined);
  const base = { ...baseOf(subject, search), metrics: told };
  const totals = useQuery({
    queryKey: ['totals', base, compareOf(search)],
    queryFn: ({ signal }) => api.query({ ...base, ...compareOf(search) }, signal),
    placeholderData: keepPreviousData,
    enabled: told.length > 0,
    refetchInterval: 60_000,
  });
  const isThere = totals.isFetched || told.length === 0;
  useEffect(() => {
    if (isThere) onThere(true);
  }, [isThere, onThere]);
  const shown = told.includes(figure) ? figure : (told[0] ?? figure);
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
    row !== undefined &&
    !search.f &&
    !search.segment &&
    figures.every((one) => !row.metrics[one] && !row.previous?.[one]);
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
              name={figureNames[one]}
              value={told.includes(one) ? row?.metrics[one] : null}
              note={notTold(obstacle(one, asked))}
              previous={row?.previous?.[one]}
              isCompared={row?.previous !== undefined}
              isChosen={one === shown}
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
          <OverTime subject={subject} figure={shown} currency={currency} isTold={told.includes(shown)} />
        )}
      </section>
    </>
  );
}

function notTold(by: ReportDimension | undefined): string | undefined {
  if (by === undefined) return undefined;
  return `Not told by ${(dimensionNames[by as ShownDimension] ?? words(by)).toLowerCase()}`;
}

function FigureButton(props: {
  name: string;
  note: string | undefined;
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
        {props.note}
        {!props.note && isCompared && change !== undefined && (
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

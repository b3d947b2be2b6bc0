import type { PortalProgram, PortalReport } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { overTime } from '../../charts/options.ts';
import { portal } from '../../client/portal.ts';
import { buttonClass } from '../../parts/button.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { axisMoney, count, counted, shortCount, shortMoney, tick } from '../../shell/format.ts';
import { daysBetween, daysOf, type Period, periodNames } from '../../shell/search.ts';
import { BalanceOf, useBalances } from './balances.tsx';
import { useMyProgram } from './my-program.ts';
import { holdText, termsText } from './terms.ts';

const shownPeriods = ['7d', '30d', '90d', '12m'] as const satisfies readonly Period[];

const steps = [
  ['clicks', 'Clicks'],
  ['leads', 'Sign-ups'],
  ['customers', 'Customers'],
  ['revenue_cents', 'Revenue'],
  ['commissions_cents', 'Commissions'],
] as const;
type Step = (typeof steps)[number][0];

/** What a partner wants to know at once: what came of the links, what is due, which link to share. */
export function PortalHome() {
  const program = useMyProgram();
  const [period, setPeriod] = useState<(typeof shownPeriods)[number]>('30d');
  return (
    <>
      <PageHead title="Your results">
        <Select
          label="Period"
          hideLabel
          value={period}
          onChange={({ target }) => setPeriod(target.value as typeof period)}
        >
          {shownPeriods.map((one) => (
            <option key={one} value={one}>
              {periodNames[one]}
            </option>
          ))}
        </Select>
      </PageHead>
      <Figures program={program} period={period} />
      <div className="mt-4 grid gap-4 md:grid-cols-2">
        <Balance program={program} />
        <Share program={program} />
      </div>
    </>
  );
}

function Figures({ program, period }: { program: PortalProgram; period: Period }) {
  const [step, setStep] = useState<Step>('commissions_cents');
  const { from, to } = daysOf({ period }, program.time_zone);
  const length = daysBetween(from, to);
  const by = length > 180 ? 'month' : length > 60 ? 'week' : 'day';
  const report = useQuery({
    queryKey: ['portal', 'report', program.id, from, to, by],
    queryFn: ({ signal }) => portal.report(program.id, { from, to, by }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  return (
    <section
      aria-label="Results of the period"
      className="overflow-hidden rounded-lg border border-line bg-surface"
    >
      <Loading query={report} standIn={<Lines count={8} />}>
        {(found) => (
          <>
            <div className="grid grid-cols-2 gap-px border-line border-b bg-line md:grid-cols-5">
              {steps.map(([name, label]) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={name === step}
                  onClick={() => setStep(name)}
                  className="group bg-surface px-4 py-3 text-left hover:bg-sunken focus-visible:-outline-offset-2 max-md:last:col-span-2"
                >
                  <span className="font-medium text-ink-2 group-aria-pressed:text-accent">{label}</span>
                  <span className="num mt-0.5 block font-semibold text-2xl tracking-tight">
                    {formatOf(name, found.currency)(found.totals[name])}
                  </span>
                </button>
              ))}
            </div>
            <Curve found={found} step={step} />
          </>
        )}
      </Loading>
    </section>
  );
}

const isMoney = (step: Step) => step.endsWith('_cents');

function formatOf(step: Step, currency: string): (value: number) => string {
  return isMoney(step) ? (value) => shortMoney(value, currency) : shortCount;
}

function axisOf(step: Step, currency: string): (value: number) => string {
  return isMoney(step) ? (value) => axisMoney(value, currency) : shortCount;
}

function Curve({ found, step }: { found: PortalReport; step: Step }) {
  const label = steps.find(([name]) => name === step)?.[1] ?? '';
  const option = useMemo(
    () =>
      overTime(
        {
          ticks: found.rows.map(({ key }) => tick(key, found.time_zone)),
          now: { name: label, values: found.rows.map((row) => row[step]) },
          before: undefined,
        },
        formatOf(step, found.currency),
        axisOf(step, found.currency),
      ),
    [found, step, label],
  );
  if (steps.every(([name]) => found.totals[name] === 0))
    return (
      <Empty title="Nothing yet in this period">
        Share your link: who clicks it, signs up and pays appears here within seconds.
      </Empty>
    );
  return (
    <div className="px-2 pt-2 pb-3">
      <Chart
        option={option}
        height={240}
        summary={`${label} over time, ${count(found.rows.length)} points`}
      />
    </div>
  );
}

function Balance({ program }: { program: PortalProgram }) {
  const balances = useBalances(program);
  return (
    <Card
      title="Your balance"
      aside={
        <Link to="/partners/payouts" search={(old) => old} className="text-accent hover:underline">
          Payouts
        </Link>
      }
    >
      <Loading query={balances} standIn={<Lines count={5} />}>
        {(all) => (
          <div className="divide-y divide-line">
            {all.map((one) => (
              <BalanceOf key={one.currency} balance={one} />
            ))}
          </div>
        )}
      </Loading>
    </Card>
  );
}

function Share({ program }: { program: PortalProgram }) {
  const links = useQuery({
    queryKey: ['portal', 'links', program.id],
    queryFn: ({ signal }) => portal.links(program.id, undefined, signal),
  });
  const [terms] = program.terms;
  return (
    <Card title="Your terms">
      <div className="space-y-3 px-4 py-3">
        {terms ? (
          <div>
            <p className="font-medium">You earn {termsText(terms)}.</p>
            <p className="mt-1 text-ink-2">{holdText(terms)}</p>
          </div>
        ) : (
          <p className="text-ink-2">{program.name} has not set your terms yet.</p>
        )}
        <p className="text-ink-2">
          A click counts for{' '}
          {counted(Math.min(program.attribution_window_days, program.cookie_window_days), 'day')}, until
          somebody first pays.
        </p>
        <Loading query={links} standIn={<Lines count={1} />}>
          {({ data }) => {
            const link = data.findLast(({ status }) => status === 'active');
            return link ? (
              <Copyable text={link.url} label="Your first link" />
            ) : (
              <Link to="/partners/links" search={(old) => old} className={buttonClass('primary')}>
                Make a link
              </Link>
            );
          }}
        </Loading>
      </div>
    </Card>
  );
}

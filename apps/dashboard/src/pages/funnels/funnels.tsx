import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { insight } from '../../client/insight.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { words } from '../../shell/format.ts';
import { useOwnSearch } from '../../shell/own-search.ts';
import { PeriodBar } from '../../shell/period-bar.tsx';
import { daysOf } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import { Builder } from './builder.tsx';
import { ByRow } from './by-row.tsx';
import { Steps } from './drawn.tsx';
import { type FunnelBy, type FunnelSearch, funnelBys, readSteps } from './steps.ts';

export function Funnels() {
  return <NeedsSubject>{(subject) => <Funnel subject={subject} />}</NeedsSubject>;
}

const windows = [1, 7, 30, 90] as const;

/** How many people took some steps one after another, and where the others stopped. */
function Funnel({ subject }: { subject: Subject }) {
  const [search, change] = useOwnSearch<FunnelSearch>();
  const steps = readSteps(search.steps);
  const days = search.days ?? 30;
  const question = {
    ...subject.key,
    ...daysOf(search, subject.timeZone),
    steps: [...steps],
    window_hours: days * 24,
    ...(search.by ? { by: search.by } : {}),
  };
  const query = useQuery({
    queryKey: ['funnel', question],
    queryFn: ({ signal }) => insight.funnel(question, { signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Funnels">
        <Select
          label="Told apart by"
          hideLabel
          value={search.by ?? ''}
          onChange={({ target }) => change({ by: (target.value || undefined) as FunnelBy })}
        >
          <option value="">All together</option>
          {funnelBys.map((by) => (
            <option key={by} value={by}>
              By {words(by).toLowerCase()}
            </option>
          ))}
        </Select>
        <Select
          label="From the first step to the last"
          hideLabel
          value={String(days)}
          onChange={({ target }) => change({ days: Number(target.value) })}
        >
          {[...new Set([...windows, days])].map((one) => (
            <option key={one} value={one}>
              within {one === 1 ? 'a day' : `${one} days`}
            </option>
          ))}
        </Select>
        <PeriodBar timeZone={subject.timeZone} />
      </PageHead>
      <p className="-mt-2 mb-4 max-w-2xl text-ink-2">
        People count at a step who took all steps up to it, in this order. The address of this page holds the
        funnel: a link to it shows the same to whoever opens it.
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <Builder key={steps.length} steps={steps} onChange={(next) => change({ steps: next })} />
        <Card title="Conversion" className="min-h-72">
          <Loading query={query} standIn={<Lines count={6} />}>
            {(funnel) =>
              (funnel.steps[0]?.persons ?? 0) === 0 ? (
                <Empty title="Nobody took the first step">
                  In this period nobody did “{steps[0] && words(steps[0].type)}”. Choose another first step or
                  a longer period.
                </Empty>
              ) : (
                <Steps steps={steps} funnel={funnel} />
              )
            }
          </Loading>
        </Card>
      </div>
      {search.by && query.data && query.data.rows.length > 0 && (
        <ByRow by={search.by} steps={steps} funnel={query.data} />
      )}
    </>
  );
}

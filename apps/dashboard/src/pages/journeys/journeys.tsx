import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { flows } from '../../charts/flow.ts';
import { insight, type Journeys as JourneysOf } from '../../client/insight.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { dimensionNames, type PathDimension, pathDimensions } from '../../shell/catalogue.ts';
import { count, counted, money, percent, shortMoney } from '../../shell/format.ts';
import { useOwnSearch } from '../../shell/own-search.ts';
import { PeriodBar, valueName } from '../../shell/period-bar.tsx';
import { daysOf } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import type { JourneySearch } from './journey-search.ts';
import { Paths } from './paths.tsx';

export function Journeys() {
  return <NeedsSubject>{(subject) => <Flow subject={subject} />}</NeedsSubject>;
}

export type NameOf = (key: string | null) => string;

const depths = [2, 3, 4, 5, 7] as const;
// A select takes texts only, and "none" is a value that a path may begin with.
const any = '\u0000any';

/** What people came by before they paid, one touch after another. */
function Flow({ subject }: { subject: Subject }) {
  const [search, change] = useOwnSearch<JourneySearch>();
  const { by = 'channel', depth = 4, first, last } = search;
  const base = { ...subject.key, ...daysOf(search, subject.timeZone), by, depth, limit: 30 };
  const ask = (question: object) => ({
    queryKey: ['journeys', question],
    queryFn: ({ signal }: { signal: AbortSignal }) => insight.journeys(question, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
  const query = useQuery(ask({ ...base, first, last }));
  // What paths begin and end with at all, whichever of them are shown.
  const whole = useQuery(ask(base)).data;
  const nameOf: NameOf = (key) =>
    key === null ? 'Others' : (whole?.names?.[key] ?? valueName({ dimension: by, value: key }));
  const keys = [...new Set(whole?.nodes.flatMap(({ key, step }) => (step > 0 && key !== null ? [key] : [])))];
  const ends = [
    ['first', 'Begins with', first],
    ['last', 'Ends with', last],
  ] as const;
  return (
    <>
      <PageHead title="Journeys">
        <Select
          label="Told apart by"
          hideLabel
          value={by}
          onChange={({ target }) =>
            change({ by: target.value as PathDimension, first: undefined, last: undefined })
          }
        >
          {pathDimensions.map((one) => (
            <option key={one} value={one}>
              By {dimensionNames[one].toLowerCase()}
            </option>
          ))}
        </Select>
        <PeriodBar timeZone={subject.timeZone} />
      </PageHead>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        {ends.map(([name, label, value]) => (
          <Select
            key={name}
            label={label}
            className="w-48 max-sm:w-[calc(50%-0.375rem)]"
            value={value ?? any}
            onChange={({ target }) => change({ [name]: target.value === any ? undefined : target.value })}
          >
            <option value={any}>Anything</option>
            {[...new Set([...(value === undefined ? [] : [value]), ...keys])].map((key) => (
              <option key={key} value={key}>
                {nameOf(key)}
              </option>
            ))}
          </Select>
        ))}
        <Select
          label="Touches shown"
          className="w-36"
          value={String(depth)}
          onChange={({ target }) => change({ depth: Number(target.value) })}
        >
          {[...new Set([...depths, depth])].map((one) => (
            <option key={one} value={one}>
              the last {one}
            </option>
          ))}
        </Select>
      </div>
      <Loading query={query} standIn={<Lines count={12} />}>
        {(answer) =>
          answer.links.length === 0 ? (
            <Card>
              <Empty title="No payment with such a path in this period">
                Journeys are the visits and clicks that were seen in the 30 days before a payment.
              </Empty>
            </Card>
          ) : (
            <>
              <Card className="mb-4">
                <Sums answer={answer} />
                <Drawing
                  answer={answer}
                  nameOf={nameOf}
                  keys={keys}
                  onPick={(step, key) => change(step === 1 ? { last: key } : { first: key })}
                />
              </Card>
              <Paths answer={answer} nameOf={nameOf} />
            </>
          )
        }
      </Loading>
    </>
  );
}

function Sums({ answer: { totals, untouched, currency } }: { answer: JourneysOf }) {
  return (
    <p className="border-line border-b px-4 py-3 text-ink-2">
      <span className="font-semibold text-ink">{counted(totals.payments, 'payment')}</span>,{' '}
      {money(totals.revenue_cents, currency)}
      {untouched.payments > 0 && (
        <>
          ; {count(untouched.payments)} ({percent(untouched.payments / totals.payments)}) without a visit or
          click in the 30 days before
        </>
      )}
      .
    </p>
  );
}

function Drawing({
  answer,
  nameOf,
  keys,
  onPick,
}: {
  answer: JourneysOf;
  nameOf: NameOf;
  keys: readonly string[];
  onPick: (step: number, key: string) => void;
}) {
  const { nodes, links, currency } = answer;
  const deepest = Math.max(...nodes.map(({ step }) => step));
  const names = JSON.stringify(keys.map((key) => nameOf(key)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are what nameOf is made of
  const option = useMemo(
    () =>
      flows(
        nodes.map(({ id, step, key }) => ({
          id,
          name: step === 0 ? 'Payment' : nameOf(key),
          depth: deepest - step,
          colour: step === 0 ? -1 : key === null ? 7 : keys.indexOf(key) % 7,
        })),
        links.map(({ source, target, payments }) => ({ source, target, value: payments })),
        (value) => counted(value, 'payment'),
      ),
    [nodes, links, names, deepest],
  );
  const columns = nodes.reduce(
    (most, { step }) => Math.max(most, nodes.filter((one) => one.step === step).length),
    0,
  );
  return (
    <Scrollable label="Drawing of the journeys">
      <div className="min-w-[40rem] p-2">
        <Chart
          kind="flow"
          option={option}
          height={Math.max(320, columns * 44)}
          summary={`How ${counted(answer.totals.payments, 'payment')} worth ${shortMoney(answer.totals.revenue_cents, currency)} came about, the last ${deepest} touches; the table below tells the paths`}
          onPick={(id) => {
            const node = nodes.find((one) => one.id === id);
            if (node && node.step > 0 && node.key !== null) onPick(node.step, node.key);
          }}
        />
      </div>
    </Scrollable>
  );
}

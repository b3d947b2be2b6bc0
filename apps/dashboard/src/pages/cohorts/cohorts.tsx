import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Cohorts as CohortsOf } from '../../client/insight.ts';
import { insight } from '../../client/insight.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { useOwnSearch } from '../../shell/own-search.ts';
import type { Subject } from '../../shell/session.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import { Grid } from './grid.tsx';
import { type CohortSearch, type Shown, shownNames } from './shown.ts';

export function Cohorts() {
  return <NeedsSubject>{(subject) => <ByMonth subject={subject} />}</NeedsSubject>;
}

const spans = [6, 12, 24] as const;

/** Who signed up in the same month: how many of them pay, and what, month after month. */
function ByMonth({ subject }: { subject: Subject }) {
  const [search, change] = useOwnSearch<CohortSearch>();
  const { show = 'retention', months = 12 } = search;
  const question = { ...subject.key, from: monthsAgo(months - 1) };
  const query = useQuery({
    queryKey: ['cohorts', question],
    queryFn: ({ signal }) => insight.cohorts(question, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
  return (
    <>
      <PageHead title="Cohorts">
        <Select
          label="Shown"
          hideLabel
          value={show}
          onChange={({ target }) => change({ show: target.value as Shown })}
        >
          {Object.entries(shownNames).map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          label="Months"
          hideLabel
          value={String(months)}
          onChange={({ target }) => change({ months: Number(target.value) })}
        >
          {[...new Set([...spans, months])].map((one) => (
            <option key={one} value={one}>
              Last {one} months
            </option>
          ))}
        </Select>
      </PageHead>
      <p className="-mt-2 mb-4 max-w-2xl text-ink-2">
        Customers by the month of their sign-up, and what became of them since. The current month is not over.
      </p>
      <Card>
        <Loading query={query} standIn={<Lines count={12} />}>
          {({ cohorts }) =>
            cohorts.every(({ customers }) => customers === 0) ? (
              <Empty title="Nobody signed up in these months">
                Sign-ups are told by the server or the tracker; who pays without one counts from the first
                payment.
              </Empty>
            ) : (
              <Grid cohorts={fromFirst(cohorts)} show={show} currency={subject.currency} />
            )
          }
        </Loading>
      </Card>
    </>
  );
}

/** Months before anybody signed up say nothing. */
function fromFirst(cohorts: CohortsOf['cohorts']): CohortsOf['cohorts'] {
  return cohorts.slice(cohorts.findIndex(({ customers }) => customers > 0));
}

function monthsAgo(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth() - count, 1)).toISOString().slice(0, 7);
}

import type { ReportMetric } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Chart } from '../../charts/chart.tsx';
import { worldMap } from '../../charts/world-map.ts';
import { api } from '../../client/index.ts';
import { Card, PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { count, country, shortMoney } from '../../shell/format.ts';
import { useOwnSearch } from '../../shell/own-search.ts';
import { FilterChips, PeriodBar, useToggleFilter } from '../../shell/period-bar.tsx';
import { daysOf, readFilter, readSearch, toReportFilters } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { useNames } from '../names.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import { CountryTable } from './country-table.tsx';
import { type CountrySearch, type Measure, measures } from './measures.ts';

export function Countries() {
  return <NeedsSubject>{(subject) => <World subject={subject} />}</NeedsSubject>;
}

const asked = [
  'visitors',
  'net_revenue_cents',
  'customers',
  'conversion_rate',
] as const satisfies ReportMetric[];

/** Where in the world it comes from; a country filters the overview, too. */
function World({ subject }: { subject: Subject }) {
  const [search, change] = useOwnSearch<CountrySearch>();
  const measure = search.measure ?? 'visitors';
  const toggle = useToggleFilter();
  const names = useNames();
  const isCountry = (text: string) => text.startsWith('country:is:');
  const chosenText = search.f?.find(isCountry);
  const chosen = chosenText && readFilter(chosenText)?.value;
  // The chosen one is marked, and the others stay beside it.
  const filters = toReportFilters(search.f?.filter((text) => !isCountry(text)));
  const question = {
    ...{ ...subject.key, ...daysOf(search, subject.timeZone), metrics: [...asked] },
    ...(filters.length > 0 ? { filters } : {}),
    ...(search.segment ? { segment: search.segment } : {}),
    ...{ dimensions: ['country' as const], limit: 300 },
    order_by: [{ by: measure, direction: 'desc' as const }],
  };
  const query = useQuery({
    queryKey: ['countries', question],
    queryFn: ({ signal }) => api.query(question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Countries">
        <Select
          label="Shown"
          hideLabel
          value={measure}
          onChange={({ target }) => change({ measure: target.value as Measure })}
        >
          {Object.entries(measures).map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </Select>
        <PeriodBar timeZone={subject.timeZone} />
      </PageHead>
      <FilterChips names={names} />
      <Loading query={query} standIn={<Lines count={12} />}>
        {({ rows, currency }) => {
          const seen = rows.filter(({ metrics }) => asked.some((one) => metrics[one]));
          if (seen.length === 0)
            return (
              <Card>
                <Empty title="Nobody was seen in this period" />
              </Card>
            );
          return (
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
              <Card className="p-3">
                <WorldMap
                  rows={seen}
                  measure={measure}
                  currency={currency}
                  chosen={chosen}
                  onPick={(value) => toggle({ dimension: 'country', value })}
                />
                <p className="mt-2 px-1 text-ink-3 text-xs">
                  {chosen ? (
                    <>
                      The overview now shows {country(chosen)} alone.{' '}
                      <Link to="/" search={readSearch(search as never)} className="text-accent underline">
                        To the overview
                      </Link>
                    </>
                  ) : (
                    'A click on a country filters the overview by it. Outlines: Natural Earth.'
                  )}
                </p>
              </Card>
              <CountryTable
                rows={seen}
                measure={measure}
                currency={currency}
                chosen={chosen}
                onPick={(value) => toggle({ dimension: 'country', value })}
              />
            </div>
          );
        }}
      </Loading>
    </>
  );
}

type Row = Awaited<ReturnType<typeof api.query>>['rows'][number];

function WorldMap({
  rows,
  measure,
  currency,
  chosen,
  onPick,
}: {
  rows: Row[];
  measure: Measure;
  currency: string;
  chosen: string | undefined;
  onPick: (code: string) => void;
}) {
  const option = useMemo(
    () =>
      worldMap(
        rows.flatMap(({ dimensions, metrics }) =>
          dimensions.country
            ? [
                {
                  code: dimensions.country,
                  name: country(dimensions.country),
                  value: Math.max(0, metrics[measure] ?? 0),
                },
              ]
            : [],
        ),
        chosen,
        (value) => (measure === 'net_revenue_cents' ? shortMoney(value, currency) : count(value)),
      ),
    [rows, measure, currency, chosen],
  );
  return (
    <div className="aspect-[2.05]">
      <Chart
        kind="map"
        option={option}
        height="100%"
        summary={`${measures[measure]} by country on a map of the world; the table beside it tells the same`}
        onPick={(name) => name.length === 2 && onPick(name)}
      />
    </div>
  );
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { Select } from '../parts/field.tsx';
import { dimensionNames } from './catalogue.ts';
import { country, words } from './format.ts';
import {
  type Compare,
  daysOf,
  type Filter,
  type Period,
  periodNames,
  periods,
  readFilter,
  type Search,
  writeFilter,
} from './search.ts';

function useSearchState(): [Search, (change: (old: Search) => Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  return [
    search,
    (change) =>
      void navigate({ to: '.', search: (old) => change(old as Search), replace: true, resetScroll: false }),
  ];
}

/** Which days a page is about, and what they are compared with. */
export function PeriodBar({ timeZone, withCompare = false }: { timeZone: string; withCompare?: boolean }) {
  const [search, change] = useSearchState();
  const days = daysOf(search, timeZone);
  const setPeriod = (period: Period) =>
    change(({ from: _from, to: _to, ...old }) => ({ ...old, period, ...(period === 'custom' ? days : {}) }));
  const date = 'h-8 rounded-md border border-line bg-surface px-2';
  return (
    <>
      {search.period === 'custom' && (
        <>
          <input
            type="date"
            aria-label="From"
            className={date}
            max={days.to}
            value={days.from}
            onChange={({ target }) => target.value && change((old) => ({ ...old, from: target.value }))}
          />
          <input
            type="date"
            aria-label="To"
            className={date}
            min={days.from}
            value={days.to}
            onChange={({ target }) => target.value && change((old) => ({ ...old, to: target.value }))}
          />
        </>
      )}
      <Select
        label="Period"
        hideLabel
        value={search.period ?? '30d'}
        onChange={({ target }) => setPeriod(target.value as Period)}
      >
        {periods.map((period) => (
          <option key={period} value={period}>
            {periodNames[period]}
          </option>
        ))}
      </Select>
      {withCompare && (
        <Select
          label="Compare with"
          hideLabel
          value={search.compare ?? 'previous_period'}
          onChange={({ target }) => change((old) => ({ ...old, compare: target.value as Compare }))}
        >
          <option value="previous_period">vs previous period</option>
          <option value="previous_year">vs previous year</option>
          <option value="none">No comparison</option>
        </Select>
      )}
    </>
  );
}

export function valueName({ dimension, value }: Pick<Filter, 'dimension' | 'value'>): string {
  if (value === '') return dimension === 'partner' ? 'No partner' : 'None';
  if (dimension === 'country') return country(value);
  return dimension === 'channel' || dimension === 'device' ? words(value) : value;
}

/** The filters in force; each is taken away by a click. */
export function FilterChips({ names }: { names?: ReadonlyMap<string, string> }) {
  const [search, change] = useSearchState();
  if (!search.f) return null;
  const remove = (text: string) =>
    change(({ f = [], ...old }) => {
      const rest = f.filter((one) => one !== text);
      return rest.length > 0 ? { ...old, f: rest } : old;
    });
  return (
    <ul aria-label="Filters" className="mb-4 flex flex-wrap gap-2">
      {search.f.map((text) => {
        const filter = readFilter(text) as Filter;
        const dimension = dimensionNames[filter.dimension as keyof typeof dimensionNames];
        const value = (filter.dimension === 'partner' && names?.get(filter.value)) || valueName(filter);
        return (
          <li key={text}>
            <button
              type="button"
              onClick={() => remove(text)}
              className="flex h-7 items-center gap-1.5 rounded-full border border-line bg-surface px-3 hover:bg-sunken"
            >
              <span className="text-ink-2">{dimension}</span>
              <span className="font-medium">{value}</span>
              <span aria-hidden="true" className="text-ink-3">
                ✕
              </span>
              <span className="sr-only">Remove filter</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Adds or takes away a filter, for tables whose rows filter. */
export function useToggleFilter(): (filter: Omit<Filter, 'operator'>) => void {
  const [, change] = useSearchState();
  return (filter) => {
    const text = writeFilter({ ...filter, operator: 'is' });
    change(({ f = [], ...old }) => {
      const others = f.filter((one) => !one.startsWith(`${filter.dimension}:is:`));
      const next = f.includes(text) ? others : [...others, text];
      return next.length > 0 ? { ...old, f: next } : old;
    });
  };
}

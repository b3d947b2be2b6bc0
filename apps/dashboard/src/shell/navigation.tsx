import { Link, useSearch } from '@tanstack/react-router';
import { groups, type Place } from './places.ts';
import { readSearch } from './search.ts';

/** All pages, under heads so that one is found among many. */
export function Navigation({ places }: { places: readonly Place[] }) {
  // What only one page knows of is left behind.
  const search = readSearch(useSearch({ strict: false }));
  return (
    <nav aria-label="Pages" className="min-h-0 space-y-4 md:-mx-1 md:overflow-y-auto md:px-1">
      {groups.map((group) => {
        const shown = places.filter((place) => place.group === group);
        if (shown.length === 0) return null;
        const id = `group-${group}`;
        return (
          <div key={group}>
            <p id={id} className="px-2.5 pb-1 font-medium text-ink-3 text-xs">
              {group}
            </p>
            <ul aria-labelledby={id} className="max-md:grid max-md:grid-cols-2 md:space-y-px">
              {shown.map(({ to, name, key }) => (
                <li key={to}>
                  <Link
                    to={to}
                    search={search}
                    data-key={key}
                    activeOptions={{ exact: to === '/', includeSearch: false }}
                    title={`g then ${key}`}
                    className="flex h-8 items-center rounded-md px-2.5 font-medium text-ink-2 hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent md:h-7.5"
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

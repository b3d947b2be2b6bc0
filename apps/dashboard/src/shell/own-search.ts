import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from './search.ts';

/** Undefined: it is told no more. */
type Change<Own> = { [Key in keyof Own]?: Own[Key] | undefined };

/** What an address tells one page alone, beside what it tells them all; and how that is changed. */
export function useOwnSearch<Own extends object>(): [Search & Own, (change: Change<Own>) => void] {
  const search = useSearch({ strict: false } as never) as Search & Own;
  const navigate = useNavigate();
  return [
    search,
    (change) =>
      void navigate({
        to: '.',
        search: (old: object) => withoutNothing({ ...old, ...change }),
        replace: true,
        resetScroll: false,
      } as never),
  ];
}

function withoutNothing(search: object): object {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

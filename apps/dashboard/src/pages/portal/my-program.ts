import type { PortalProgram } from '@headwater/contract';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { portal } from '../../client/portal.ts';
import type { PortalSearch } from './search.ts';

/** Who is signed in as a partner, and in which programs. Rejects with 401 for whoever is none. */
export const mineQuery = queryOptions({
  queryKey: ['portal', 'mine'],
  queryFn: async () => {
    const [me, programs] = await Promise.all([portal.me(), portal.programs()]);
    return { me, programs };
  },
  staleTime: 30_000,
});

/** The program that the address names, else the first. The shell shows no page to whoever has none. */
export function useMyProgram(): PortalProgram {
  const { data } = useSuspenseQuery(mineQuery);
  const search = useSearch({ strict: false }) as PortalSearch;
  return (data.programs.find(({ id }) => id === search.program) ?? data.programs[0]) as PortalProgram;
}

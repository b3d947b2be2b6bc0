import type { Me, ProgramRecord, WebsiteRecord } from '@headwater/contract';
import { type QueryClient, queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api, setWorkspace } from '../client/index.ts';
import type { Search } from './search.ts';

const workspaceKey = 'headwater.workspace';

const wasInKey = 'headwater.was-in';

/**
 * Asks who this is and what there is to see while the page's script is still on its way; only where somebody was signed in
 * before, since it would be refused to a stranger.
 */
export function askAhead(queryClient: QueryClient): void {
  if (localStorage.getItem(wasInKey) === null) return;
  const kept = Number(localStorage.getItem(workspaceKey));
  if (kept > 0) setWorkspace(kept);
  void queryClient.prefetchQuery(meQuery);
  void queryClient.prefetchQuery(subjectsQuery);
}

/** Who is signed in. Rejects with 401 for nobody, and the shell then shows the way in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await api.me().catch((error: unknown) => {
      localStorage.removeItem(wasInKey);
      throw error;
    });
    localStorage.setItem(wasInKey, '1');
    setWorkspace(currentWorkspace(me).id);
    return me;
  },
  staleTime: 60_000,
});

export function currentWorkspace(me: Me): Me['workspaces'][number] {
  const kept = Number(localStorage.getItem(workspaceKey));
  return (me.workspaces.find(({ id }) => id === kept) ?? me.workspaces[0]) as Me['workspaces'][number];
}

export function switchWorkspace(id: number): void {
  localStorage.setItem(workspaceKey, String(id));
  // Everything that is known is of the other workspace: begin anew.
  location.assign('/');
}

export function useMe(): { me: Me; workspace: Me['workspaces'][number]; may(scope: string): boolean } {
  const { data: me } = useSuspenseQuery(meQuery);
  const workspace = currentWorkspace(me);
  return {
    me,
    workspace,
    may: (scope) => workspace.scopes.includes('*') || workspace.scopes.includes(scope),
  };
}

export const subjectsQuery = queryOptions({
  queryKey: ['subjects'],
  queryFn: async ({ signal }) => {
    const [programs, websites] = await Promise.all([api.programs(signal), api.websites(signal)]);
    return { programs: programs.filter(({ status }) => status !== 'archived'), websites };
  },
});

/** What a page is about: a program (with the website bound to it), or a website alone. */
export interface Subject {
  program: ProgramRecord | undefined;
  website: WebsiteRecord | undefined;
  name: string;
  currency: string;
  timeZone: string;
  /** For the report routes. */
  key: { program_id: number } | { website_id: string };
}

export function useSubjects() {
  return useQuery(subjectsQuery);
}

/** The subject that the address names, else the first; undefined when there is none, or while it is loaded. */
export function useSubject(): Subject | undefined {
  const search = useSearch({ strict: false }) as Search;
  const { data } = useSubjects();
  return data && pickSubject(data, search);
}

function pickSubject(
  { programs, websites }: { programs: ProgramRecord[]; websites: WebsiteRecord[] },
  search: Search,
): Subject | undefined {
  const website = websites.find(({ website_id }) => website_id === search.website);
  if (website && search.program === undefined) {
    const program = programs.find(({ id }) => id === website.program_id);
    const { currency, timezone, name } = website;
    return { program, website, name, currency, timeZone: timezone, key: { website_id: website.website_id } };
  }
  const program = programs.find(({ id }) => id === search.program) ?? programs[0];
  if (program) {
    const bound = websites.find(({ program_id }) => program_id === program.id);
    const timeZone = bound?.timezone ?? 'UTC';
    const { name, currency, id } = program;
    return { program, website: bound, name, currency, timeZone, key: { program_id: id } };
  }
  const [first] = websites;
  return first && pickSubject({ programs, websites }, { website: first.website_id });
}

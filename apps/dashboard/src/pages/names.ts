import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../client/index.ts';
import { useSubject } from '../shell/session.ts';

const none: ReadonlyMap<string, string> = new Map();

export function usePartners() {
  const programId = useSubject()?.program?.id;
  return useQuery({
    queryKey: ['partners', programId],
    queryFn: ({ signal }) => api.partners(programId as number, signal),
    enabled: programId !== undefined,
  });
}

/** Names of the program's partners, by their ids. */
export function useNames(): ReadonlyMap<string, string> {
  const { data } = usePartners();
  return useMemo(() => (data ? new Map(data.map(({ id, name }) => [String(id), name])) : none), [data]);
}

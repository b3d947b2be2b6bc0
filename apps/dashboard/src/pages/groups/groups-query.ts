import { useQuery } from '@tanstack/react-query';
import { moneyApi } from '../../client/money.ts';

export function useGroups(programId: number) {
  return useQuery({
    queryKey: ['groups', programId],
    queryFn: ({ signal }) => moneyApi.groups(programId, signal),
  });
}

/** Every version of a group's terms, the latest first. */
export function usePolicies(groupId: number) {
  return useQuery({
    queryKey: ['policies', groupId],
    queryFn: ({ signal }) => moneyApi.policies(groupId, signal),
  });
}

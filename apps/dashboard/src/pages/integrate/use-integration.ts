import type { Integration } from '@headwater/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ApiError } from '../../client/index.ts';
import { integrationApi } from '../../client/integration.ts';

/** How far a program's integration is: asked once, then told by the server whenever it changes. */
export function useIntegration(programId: number) {
  const queryClient = useQueryClient();
  const [trouble, setTrouble] = useState<ApiError | null>(null);
  const query = useQuery({
    queryKey: ['integration', programId],
    queryFn: ({ signal }) => integrationApi.integration(programId, false, signal),
  });
  useEffect(() => {
    const stop = new AbortController();
    void integrationApi.listen(
      programId,
      (integration: Integration) => {
        setTrouble(null);
        queryClient.setQueryData(['integration', programId], integration);
      },
      setTrouble,
      stop.signal,
    );
    return () => stop.abort();
  }, [programId, queryClient]);
  return { query, trouble };
}

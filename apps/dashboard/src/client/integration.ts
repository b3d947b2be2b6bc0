import type { CliLoginAsked, Integration, TestChain } from '@headwater/contract';
import { type ApiError, dataOf } from './http.ts';
import { listen } from './stream.ts';

/** What the page of integration and the page that lets a terminal in ask of the server. */
export const integrationApi = {
  integration: (programId: number, lookAgain: boolean, signal?: AbortSignal) =>
    dataOf<Integration>('GET', `/api/v1/programs/${programId}/readiness`, {
      query: lookAgain ? { force_recheck: true } : {},
      signal,
    }),
  listen: (
    programId: number,
    tell: (integration: Integration) => void,
    fail: (error: ApiError) => void,
    signal: AbortSignal,
  ) => listen<Integration>(`/api/v1/programs/${programId}/readiness/stream`, tell, fail, signal),
  verify: (programId: number) =>
    dataOf<TestChain>('POST', `/api/v1/programs/${programId}/test-chains`, { body: {} }),

  cliLogin: (id: string) => dataOf<CliLoginAsked>('GET', `/api/auth/cli-logins/${encodeURIComponent(id)}`),
  decideCliLogin: (id: string, approve: boolean) =>
    dataOf<CliLoginAsked>('POST', `/api/auth/cli-logins/${encodeURIComponent(id)}`, {
      body: { approve },
    }),
};

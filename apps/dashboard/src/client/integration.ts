import type { CliLoginAsked, Integration, TestChain } from '@headwater/contract';
import type { ApiError } from './http.ts';
import { call } from './http.ts';
import { listen } from './stream.ts';

interface Data<T> {
  data: T;
}

/** What the page of integration and the page that lets a terminal in ask of the server. */
export const integrationApi = {
  integration: async (programId: number, lookAgain: boolean, signal?: AbortSignal) =>
    (
      await call<Data<Integration>>('GET', `/api/v1/programs/${programId}/readiness`, {
        query: lookAgain ? { force_recheck: true } : {},
        ...(signal ? { signal } : {}),
      })
    ).data,
  listen: (
    programId: number,
    tell: (integration: Integration) => void,
    fail: (error: ApiError) => void,
    signal: AbortSignal,
  ) => listen<Integration>(`/api/v1/programs/${programId}/readiness/stream`, tell, fail, signal),
  verify: async (programId: number) =>
    (await call<Data<TestChain>>('POST', `/api/v1/programs/${programId}/test-chains`, { body: {} })).data,

  cliLogin: async (id: string) =>
    (await call<Data<CliLoginAsked>>('GET', `/api/auth/cli-logins/${encodeURIComponent(id)}`)).data,
  decideCliLogin: async (id: string, approve: boolean) =>
    (
      await call<Data<CliLoginAsked>>('POST', `/api/auth/cli-logins/${encodeURIComponent(id)}`, {
        body: { approve },
      })
    ).data,
};

import type { Health, StripeEventItem, StripeReconciliation } from '@headwater/contract';
import { call } from './http.ts';
import type { Page } from './index.ts';

interface Data<T> {
  data: T;
}

/** What the page of health asks of the server. */
export const healthApi = {
  health: async (signal?: AbortSignal) =>
    (await call<Data<Health>>('GET', '/api/v1/health', signal ? { signal } : {})).data,
  failedEvents: (programId: number, signal?: AbortSignal) =>
    call<Page<StripeEventItem>>('GET', `/api/v1/programs/${programId}/stripe/events`, {
      query: { state: 'failed', limit: 20 },
      ...(signal ? { signal } : {}),
    }),
  replayEvent: (programId: number, id: number) =>
    call('POST', `/api/v1/programs/${programId}/stripe/events/${id}/replay`, { body: {} }),
  replayEvents: async (programId: number) =>
    (
      await call<Data<{ replayed: number }>>('POST', `/api/v1/programs/${programId}/stripe/replay`, {
        body: {},
      })
    ).data,
  reconcile: async (programId: number, from: string, to: string) =>
    (
      await call<Data<StripeReconciliation[]>>('GET', `/api/v1/programs/${programId}/stripe/reconcile`, {
        query: { from, to },
      })
    ).data,
};

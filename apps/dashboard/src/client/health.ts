import type { Health, StripeEventItem, StripeReconciliation } from '@headwater/contract';
import { call, dataOf, pageOf } from './http.ts';

/** What the page of health asks of the server. */
export const healthApi = {
  health: (signal?: AbortSignal) => dataOf<Health>('GET', '/api/v1/health', { signal }),
  failedEvents: (programId: number, signal?: AbortSignal) =>
    pageOf<StripeEventItem>(
      `/api/v1/programs/${programId}/stripe/events`,
      { state: 'failed', limit: 20 },
      signal,
    ),
  replayEvent: (programId: number, id: number) =>
    call('POST', `/api/v1/programs/${programId}/stripe/events/${id}/replay`, { body: {} }),
  replayEvents: (programId: number) =>
    dataOf<{ replayed: number }>('POST', `/api/v1/programs/${programId}/stripe/replay`, {
      body: {},
    }),
  reconcile: (programId: number, from: string, to: string) =>
    dataOf<StripeReconciliation[]>('GET', `/api/v1/programs/${programId}/stripe/reconcile`, {
      query: { from, to },
    }),
};

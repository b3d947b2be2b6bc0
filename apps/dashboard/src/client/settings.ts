import type {
  AuditEntry,
  BillingContact,
  ConnectedStripe,
  ErasureItem,
  KeyRecord,
  MailItem,
  PersonExport,
  ProgramRecord,
  RemovedStripe,
  StripeOAuthStart,
  StripeStatus,
  TokenRecord,
  WebhookMessage,
  WebhookRecord,
  WebsiteRecord,
} from '@headwater/contract';
import { call } from './http.ts';
import type { Page } from './index.ts';

interface Data<T> {
  data: T;
}
const data = async <T>(reply: Promise<Data<T>>): Promise<T> => (await reply).data;
const first = { limit: 100 };

export interface Subject {
  email?: string;
  customer_key?: string;
  program_id?: number;
}

/** What the pages of settings ask of the server. */
export const settingsApi = {
  updateProgram: (id: number, body: object) =>
    data(call<Data<ProgramRecord>>('PATCH', `/api/v1/programs/${id}`, { body })),
  newProgramToken: (id: number) =>
    data(call<Data<TokenRecord>>('POST', `/api/v1/programs/${id}/regenerate-token`, { body: {} })),
  keys: () => call<Page<KeyRecord>>('GET', '/api/v1/api-keys', { query: first }),
  createKey: (body: object) => data(call<Data<KeyRecord>>('POST', '/api/v1/api-keys', { body })),
  revokeKey: (id: number) => call('DELETE', `/api/v1/api-keys/${id}`),

  createWebsite: (body: object) => data(call<Data<WebsiteRecord>>('POST', '/api/v1/websites', { body })),
  updateWebsite: (id: string, body: object) =>
    data(call<Data<WebsiteRecord>>('PATCH', `/api/v1/websites/${encodeURIComponent(id)}`, { body })),

  newWebsiteToken: (id: string) =>
    data(
      call<Data<TokenRecord>>('POST', `/api/v1/websites/${encodeURIComponent(id)}/regenerate-token`, {
        body: {},
      }),
    ),

  webhooks: () => call<Page<WebhookRecord>>('GET', '/api/v1/webhook-endpoints', { query: first }),
  createWebhook: (body: object) =>
    data(call<Data<WebhookRecord>>('POST', '/api/v1/webhook-endpoints', { body })),
  updateWebhook: (id: number, body: object) => call('PATCH', `/api/v1/webhook-endpoints/${id}`, { body }),
  removeWebhook: (id: number) => call('DELETE', `/api/v1/webhook-endpoints/${id}`),
  rollWebhookSecret: (id: number) =>
    data(call<Data<WebhookRecord>>('POST', `/api/v1/webhook-endpoints/${id}/roll-secret`, { body: {} })),
  webhookMessages: (id: number, state: string, cursor: string | undefined) =>
    call<Page<WebhookMessage>>('GET', `/api/v1/webhook-endpoints/${id}/messages`, {
      query: { limit: 20, cursor, ...(state === '' ? {} : { state }) },
    }),
  replayMessage: (id: number) => call('POST', `/api/v1/webhook-messages/${id}/replay`, { body: {} }),
  replayDead: (id: number) => call('POST', `/api/v1/webhook-endpoints/${id}/replay`, { body: {} }),

  stripe: (programId: number) =>
    data(call<Data<StripeStatus>>('GET', `/api/v1/programs/${programId}/stripe`)),
  connectStripe: (programId: number, apiKey: string) =>
    data(
      call<Data<ConnectedStripe>>('POST', `/api/v1/programs/${programId}/stripe/connect`, {
        body: { api_key: apiKey },
      }),
    ),
  startStripe: (programId: number, returnTo: string) =>
    data(
      call<Data<StripeOAuthStart>>('POST', `/api/v1/programs/${programId}/stripe/oauth/start`, {
        body: { redirect_uri: returnTo },
      }),
    ),
  completeStripe: (programId: number, body: { code: string; state: string }) =>
    data(
      call<Data<ConnectedStripe>>('POST', `/api/v1/programs/${programId}/stripe/oauth/complete`, { body }),
    ),
  removeStripe: (programId: number) =>
    data(call<Data<RemovedStripe>>('DELETE', `/api/v1/programs/${programId}/stripe`)),

  billingContact: (programId: number) =>
    data(call<Data<BillingContact>>('GET', `/api/v1/programs/${programId}/billing-contact`)),
  setBillingContact: (programId: number, email: string) =>
    data(
      call<Data<BillingContact>>('PUT', `/api/v1/programs/${programId}/billing-contact`, { body: { email } }),
    ),
  mails: (programId: number) =>
    call<Page<MailItem>>('GET', `/api/v1/programs/${programId}/mails`, { query: { limit: 20 } }),

  erasures: () => call<Page<ErasureItem>>('GET', '/api/v1/erasures', { query: first }),
  erase: (subject: Subject) => data(call<Data<ErasureItem>>('POST', '/api/v1/erasures', { body: subject })),
  exportPerson: (subject: Subject) =>
    data(call<Data<PersonExport>>('POST', '/api/v1/people/export', { body: subject })),

  audit: (act: string, cursor: string | undefined) =>
    call<Page<AuditEntry>>('GET', '/api/v1/audit', {
      query: { limit: 50, cursor, ...(act === '' ? {} : { act }) },
    }),
};

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
import { call, dataOf, pageOf } from './http.ts';

const first = { limit: 100 };

export interface Subject {
  email?: string;
  customer_key?: string;
  program_id?: number;
}

/** What the pages of settings ask of the server. */
export const settingsApi = {
  updateProgram: (id: number, body: object) =>
    dataOf<ProgramRecord>('PATCH', `/api/v1/programs/${id}`, { body }),
  newProgramToken: (id: number) =>
    dataOf<TokenRecord>('POST', `/api/v1/programs/${id}/regenerate-token`, { body: {} }),
  keys: () => pageOf<KeyRecord>('/api/v1/api-keys', first),
  createKey: (body: object) => dataOf<KeyRecord>('POST', '/api/v1/api-keys', { body }),
  revokeKey: (id: number) => call('DELETE', `/api/v1/api-keys/${id}`),

  updateWebsite: (id: string, body: object) =>
    dataOf<WebsiteRecord>('PATCH', `/api/v1/websites/${encodeURIComponent(id)}`, { body }),

  newWebsiteToken: (id: string) =>
    dataOf<TokenRecord>('POST', `/api/v1/websites/${encodeURIComponent(id)}/regenerate-token`, {
      body: {},
    }),

  webhooks: () => pageOf<WebhookRecord>('/api/v1/webhook-endpoints', first),
  createWebhook: (body: object) => dataOf<WebhookRecord>('POST', '/api/v1/webhook-endpoints', { body }),
  updateWebhook: (id: number, body: object) => call('PATCH', `/api/v1/webhook-endpoints/${id}`, { body }),
  removeWebhook: (id: number) => call('DELETE', `/api/v1/webhook-endpoints/${id}`),
  rollWebhookSecret: (id: number) =>
    dataOf<WebhookRecord>('POST', `/api/v1/webhook-endpoints/${id}/roll-secret`, { body: {} }),
  webhookMessages: (id: number, state: string, cursor: string | undefined) =>
    pageOf<WebhookMessage>(`/api/v1/webhook-endpoints/${id}/messages`, { limit: 20, cursor, state }),
  replayMessage: (id: number) => call('POST', `/api/v1/webhook-messages/${id}/replay`, { body: {} }),
  replayDead: (id: number) => call('POST', `/api/v1/webhook-endpoints/${id}/replay`, { body: {} }),

  stripe: (programId: number) => dataOf<StripeStatus>('GET', `/api/v1/programs/${programId}/stripe`),
  connectStripe: (programId: number, apiKey: string) =>
    dataOf<ConnectedStripe>('POST', `/api/v1/programs/${programId}/stripe/connect`, {
      body: { api_key: apiKey },
    }),
  startStripe: (programId: number, returnTo: string) =>
    dataOf<StripeOAuthStart>('POST', `/api/v1/programs/${programId}/stripe/oauth/start`, {
      body: { redirect_uri: returnTo },
    }),
  completeStripe: (programId: number, body: { code: string; state: string }) =>
    dataOf<ConnectedStripe>('POST', `/api/v1/programs/${programId}/stripe/oauth/complete`, { body }),
  removeStripe: (programId: number) =>
    dataOf<RemovedStripe>('DELETE', `/api/v1/programs/${programId}/stripe`),

  billingContact: (programId: number) =>
    dataOf<BillingContact>('GET', `/api/v1/programs/${programId}/billing-contact`),
  setBillingContact: (programId: number, email: string) =>
    dataOf<BillingContact>('PUT', `/api/v1/programs/${programId}/billing-contact`, { body: { email } }),
  mails: (programId: number) => pageOf<MailItem>(`/api/v1/programs/${programId}/mails`, { limit: 20 }),

  erasures: () => pageOf<ErasureItem>('/api/v1/erasures', first),
  erase: (subject: Subject) => dataOf<ErasureItem>('POST', '/api/v1/erasures', { body: subject }),
  exportPerson: (subject: Subject) =>
    dataOf<PersonExport>('POST', '/api/v1/people/export', { body: subject }),

  audit: (act: string, cursor: string | undefined) =>
    pageOf<AuditEntry>('/api/v1/audit', { limit: 50, cursor, act }),
};

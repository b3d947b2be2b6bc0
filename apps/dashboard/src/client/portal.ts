/** What the partner portal asks of the server, and the program's side of it. */
import type {
  ApplicationItem,
  ApplicationMode,
  ApprovedApplication,
  JoinAnswer,
  JoinPage,
  JoinRequest,
  OpenPartnerInvitation,
  PartnerStatement,
  PayoutMethodRecord,
  PortalAccess,
  PortalBalance,
  PortalCommission,
  PortalExplanation,
  PortalInvitation,
  PortalLink,
  PortalMe,
  PortalPayout,
  PortalProgram,
  PortalReport,
  PortalSettings,
  SetPayoutMethodRequest,
  TaxDocument,
} from '@headwater/contract';
import { call, dataOf, pageOf, send } from './http.ts';

const mine = (programId: number) => `/api/v1/portal/programs/${programId}`;
const program = (programId: number) => `/api/v1/programs/${programId}`;

export const portal = {
  me: () => dataOf<PortalMe>('GET', '/api/v1/portal/me'),
  programs: () => dataOf<PortalProgram[]>('GET', '/api/v1/portal/programs'),
  links: (id: number, cursor?: string, signal?: AbortSignal) =>
    pageOf<PortalLink>(`${mine(id)}/links`, { limit: 200, cursor }, signal),
  createLink: (id: number, body: { code?: string; destination_url?: string }) =>
    dataOf<PortalLink>('POST', `${mine(id)}/links`, { body }),
  report: (id: number, query: { from: string; to: string; by: string }, signal?: AbortSignal) =>
    dataOf<PortalReport>('GET', `${mine(id)}/report`, { query, signal }),
  commissions: (id: number, query: { status?: string; cursor?: string | undefined }, signal?: AbortSignal) =>
    pageOf<PortalCommission>(`${mine(id)}/commissions`, { limit: 50, ...query }, signal),
  explain: (id: number, signal?: AbortSignal) =>
    dataOf<PortalExplanation>('GET', `/api/v1/portal/commissions/${id}`, { signal }),
  balances: (id: number, signal?: AbortSignal) =>
    dataOf<PortalBalance[]>('GET', `${mine(id)}/balances`, { signal }),
  payouts: (id: number, cursor?: string, signal?: AbortSignal) =>
    pageOf<PortalPayout>(`${mine(id)}/payouts`, { limit: 50, cursor }, signal),
  statement: (id: number, query: { from: string; to: string }, signal?: AbortSignal) =>
    dataOf<PartnerStatement>('GET', `${mine(id)}/statement`, { query, signal }),
  /** Where a browser downloads a statement. */
  statementFile: (id: number, { from, to }: { from: string; to: string }, kind: 'csv' | 'pdf') =>
    `${mine(id)}/statement/${kind}?${new URLSearchParams({ from, to })}`,
  /** Null: none was set yet. */
  payoutMethod: (id: number, signal?: AbortSignal) =>
    dataOf<PayoutMethodRecord | null>('GET', `${mine(id)}/payout-method`, { signal }),
  setPayoutMethod: (id: number, body: SetPayoutMethodRequest) =>
    dataOf<PayoutMethodRecord>('PUT', `${mine(id)}/payout-method`, { body }),
  setThreshold: (id: number, body: { currency: string; threshold_cents: number }) =>
    call('PUT', `${mine(id)}/payout-threshold`, { body }),
  taxDocuments: (id: number, signal?: AbortSignal) =>
    dataOf<TaxDocument[]>('GET', `${mine(id)}/tax-documents`, { signal }),
  uploadTaxDocument: (id: number, file: File) =>
    send('POST', `${mine(id)}/tax-documents`, { query: { name: file.name }, body: file }),

  openInvitation: (token: string) =>
    dataOf<OpenPartnerInvitation>('POST', '/api/auth/partner-invitation', { body: { token } }),
  acceptInvitation: (body: { token: string; name?: string; password?: string }) =>
    call('POST', '/api/auth/partner-invitation/accept', { body }),
  joinPage: (slug: string) => dataOf<JoinPage>('GET', `/api/v1/join/${encodeURIComponent(slug)}`),
  join: (slug: string, body: JoinRequest) =>
    dataOf<JoinAnswer>('POST', `/api/v1/join/${encodeURIComponent(slug)}`, { body }),
};

/** How a program meets its partners. */
export const intake = {
  settings: (id: number, signal?: AbortSignal) =>
    dataOf<PortalSettings>('GET', `${program(id)}/portal`, { signal }),
  update: (
    id: number,
    body: { applications?: ApplicationMode; links_per_partner?: number; welcome?: string },
  ) => dataOf<PortalSettings>('PATCH', `${program(id)}/portal`, { body }),
  applications: (id: number, query: { state?: string; cursor?: string | undefined }, signal?: AbortSignal) =>
    pageOf<ApplicationItem>(`${program(id)}/applications`, { limit: 50, ...query }, signal),
  approve: (id: number) =>
    dataOf<ApprovedApplication>('POST', `/api/v1/applications/${id}/approve`, { body: {} }),
  reject: (id: number, reason: string) =>
    dataOf<ApplicationItem>('POST', `/api/v1/applications/${id}/reject`, { body: { reason } }),
  access: (id: number, partnerId: number, signal?: AbortSignal) =>
    dataOf<PortalAccess>('GET', `${program(id)}/partners/${partnerId}/portal-access`, { signal }),
  invite: (id: number, partnerId: number, email: string) =>
    dataOf<PortalInvitation>('POST', `${program(id)}/partners/${partnerId}/invitation`, {
      body: { email },
    }),
  endAccess: (id: number, partnerId: number) =>
    dataOf<PortalAccess>('DELETE', `${program(id)}/partners/${partnerId}/portal-access`),
  taxDocuments: (id: number, partnerId: number, signal?: AbortSignal) =>
    dataOf<TaxDocument[]>('GET', `${program(id)}/partners/${partnerId}/tax-documents`, { signal }),
  taxDocument: (id: number) => `/api/v1/tax-documents/${id}`,
};

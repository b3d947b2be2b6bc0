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
import { ApiError, call } from './http.ts';
import type { Page } from './index.ts';

interface Data<T> {
  data: T;
}
const data = async <T>(reply: Promise<Data<T>>): Promise<T> => (await reply).data;
const withSignal = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
const get = <T>(path: string, query: Record<string, string | undefined>, signal?: AbortSignal) =>
  call<T>('GET', path, { query, ...withSignal(signal) });

const mine = (programId: number) => `/api/v1/portal/programs/${programId}`;
const program = (programId: number) => `/api/v1/programs/${programId}`;

export const portal = {
  me: () => data(call<Data<PortalMe>>('GET', '/api/v1/portal/me')),
  programs: () => data(call<Data<PortalProgram[]>>('GET', '/api/v1/portal/programs')),
  links: (id: number, cursor?: string, signal?: AbortSignal) =>
    get<Page<PortalLink>>(`${mine(id)}/links`, { limit: '200', cursor }, signal),
  createLink: (id: number, body: { code?: string; destination_url?: string }) =>
    data(call<Data<PortalLink>>('POST', `${mine(id)}/links`, { body })),
  report: (id: number, query: { from: string; to: string; by: string }, signal?: AbortSignal) =>
    data(get<Data<PortalReport>>(`${mine(id)}/report`, query, signal)),
  commissions: (id: number, query: { status?: string; cursor?: string }, signal?: AbortSignal) =>
    get<Page<PortalCommission>>(`${mine(id)}/commissions`, { limit: '50', ...query }, signal),
  explain: (id: number, signal?: AbortSignal) =>
    data(get<Data<PortalExplanation>>(`/api/v1/portal/commissions/${id}`, {}, signal)),
  balances: (id: number, signal?: AbortSignal) =>
    data(get<Data<PortalBalance[]>>(`${mine(id)}/balances`, {}, signal)),
  payouts: (id: number, cursor?: string, signal?: AbortSignal) =>
    get<Page<PortalPayout>>(`${mine(id)}/payouts`, { limit: '50', cursor }, signal),
  statement: (id: number, query: { from: string; to: string }, signal?: AbortSignal) =>
    data(get<Data<PartnerStatement>>(`${mine(id)}/statement`, query, signal)),
  /** Where a browser downloads a statement. */
  statementFile: (id: number, { from, to }: { from: string; to: string }, kind: 'csv' | 'pdf') =>
    `${mine(id)}/statement/${kind}?${new URLSearchParams({ from, to })}`,
  /** Null: none was set yet. */
  payoutMethod: (id: number, signal?: AbortSignal) =>
    data(get<Data<PayoutMethodRecord | null>>(`${mine(id)}/payout-method`, {}, signal)),
  setPayoutMethod: (id: number, body: SetPayoutMethodRequest) =>
    data(call<Data<PayoutMethodRecord>>('PUT', `${mine(id)}/payout-method`, { body })),
  setThreshold: (id: number, body: { currency: string; threshold_cents: number }) =>
    call('PUT', `${mine(id)}/payout-threshold`, { body }),
  taxDocuments: (id: number, signal?: AbortSignal) =>
    data(get<Data<TaxDocument[]>>(`${mine(id)}/tax-documents`, {}, signal)),
  uploadTaxDocument: async (id: number, file: File) => {
    const query = new URLSearchParams({ name: file.name });
    const reply = await fetch(`${mine(id)}/tax-documents?${query}`, {
      method: 'POST',
      body: file,
      headers: { 'content-type': 'application/octet-stream' },
      credentials: 'same-origin',
    }).catch(() => {
      throw new ApiError(0, 'The server cannot be reached');
    });
    const told = (await reply.json().catch(() => ({}))) as { error?: string; code?: string };
    if (!reply.ok) throw new ApiError(reply.status, told.error ?? 'The upload failed', told.code);
  },

  openInvitation: (token: string) =>
    data(call<Data<OpenPartnerInvitation>>('POST', '/api/auth/partner-invitation', { body: { token } })),
  acceptInvitation: (body: { token: string; name?: string; password?: string }) =>
    call('POST', '/api/auth/partner-invitation/accept', { body }),
  joinPage: (slug: string) => data(call<Data<JoinPage>>('GET', `/api/v1/join/${encodeURIComponent(slug)}`)),
  join: (slug: string, body: JoinRequest) =>
    data(call<Data<JoinAnswer>>('POST', `/api/v1/join/${encodeURIComponent(slug)}`, { body })),
};

/** How a program meets its partners. */
export const intake = {
  settings: (id: number, signal?: AbortSignal) =>
    data(get<Data<PortalSettings>>(`${program(id)}/portal`, {}, signal)),
  update: (
    id: number,
    body: { applications?: ApplicationMode; links_per_partner?: number; welcome?: string },
  ) => data(call<Data<PortalSettings>>('PATCH', `${program(id)}/portal`, { body })),
  applications: (id: number, query: { state?: string; cursor?: string }, signal?: AbortSignal) =>
    get<Page<ApplicationItem>>(`${program(id)}/applications`, { limit: '50', ...query }, signal),
  approve: (id: number) =>
    data(call<Data<ApprovedApplication>>('POST', `/api/v1/applications/${id}/approve`, { body: {} })),
  reject: (id: number, reason: string) =>
    data(call<Data<ApplicationItem>>('POST', `/api/v1/applications/${id}/reject`, { body: { reason } })),
  access: (id: number, partnerId: number, signal?: AbortSignal) =>
    data(get<Data<PortalAccess>>(`${program(id)}/partners/${partnerId}/portal-access`, {}, signal)),
  invite: (id: number, partnerId: number, email: string) =>
    data(
      call<Data<PortalInvitation>>('POST', `${program(id)}/partners/${partnerId}/invitation`, {
        body: { email },
      }),
    ),
  endAccess: (id: number, partnerId: number) =>
    data(call<Data<PortalAccess>>('DELETE', `${program(id)}/partners/${partnerId}/portal-access`)),
  taxDocuments: (id: number, partnerId: number, signal?: AbortSignal) =>
    data(get<Data<TaxDocument[]>>(`${program(id)}/partners/${partnerId}/tax-documents`, {}, signal)),
  taxDocument: (id: number) => `/api/v1/tax-documents/${id}`,
};

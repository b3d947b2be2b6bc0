/**
 * What most pages ask of the server, typed by packages/contract; what only some ask is in the files beside this one. Pages know
 * these functions, and no URL of the API.
 */
import type {
  BulkReviewAnswer,
  CommissionItem,
  CreatePartnerRequest,
  ExplainAnswer,
  InvitationItem,
  Me,
  Member,
  ModelsAnswer,
  OpenInvitation,
  PartnerBalance,
  PartnerRecord,
  PaymentItem,
  ProgramRecord,
  QueryAnswer,
  QueryRequest,
  Role,
  SignInState,
  WebsiteRecord,
} from '@headwater/contract';
import type { Static } from 'typebox';
import { allOf, call, dataOf, pageOf, send } from './http.ts';
import { inTurn } from './in-turn.ts';

export { ApiError, type Page, setWorkspace } from './http.ts';

type ModelsQuery = Readonly<Record<string, string | number | undefined>>;

export type Explanation = Static<typeof ExplainAnswer>['data'];

export interface PaymentFilter {
  from?: string | undefined;
  to?: string | undefined;
  partner_id?: number | undefined;
  status?: string | undefined;
  search?: string | undefined;
  is_test?: boolean | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

export const api = {
  state: () => call<SignInState>('GET', '/api/auth/state'),
  me: () => dataOf<Me>('GET', '/api/auth/me'),
  signIn: (email: string, password: string) =>
    call<{ twoFactorRedirect?: boolean }>('POST', '/api/auth/sign-in/email', { body: { email, password } }),
  verifyCode: (code: string) =>
    /^\d{6}$/.test(code)
      ? call('POST', '/api/auth/two-factor/verify-totp', { body: { code } })
      : call('POST', '/api/auth/two-factor/verify-backup-code', { body: { code } }),
  signOut: () => call('POST', '/api/auth/sign-out', { body: {} }),
  firstOwner: (body: { token: string; name: string; email: string; password: string }) =>
    call('POST', '/api/auth/first-owner', { body }),
  forgotPassword: (email: string) => call('POST', '/api/auth/request-password-reset', { body: { email } }),
  newPassword: (token: string, newPassword: string) =>
    call('POST', '/api/auth/reset-password', { body: { token, newPassword } }),
  openInvitation: (token: string) =>
    dataOf<OpenInvitation>('POST', '/api/auth/invitation', { body: { token } }),
  acceptInvitation: (body: { token: string; name?: string; password?: string }) =>
    call('POST', '/api/auth/invitation/accept', { body }),

  members: () => call<{ data: Member[]; invitations: InvitationItem[] }>('GET', '/api/auth/members'),
  invite: (email: string, role: Role) =>
    dataOf<{ link: string; mailed: boolean }>('POST', '/api/auth/invitations', {
      body: { email, role },
    }),
  takeBackInvitation: (id: number) => call('DELETE', `/api/auth/invitations/${id}`),
  changeRole: (id: number, role: Role) => call('PATCH', `/api/auth/members/${id}`, { body: { role } }),
  removeMember: (id: number) => call('DELETE', `/api/auth/members/${id}`),
  enableTwoFactor: (password: string) =>
    call<{ totpURI: string; backupCodes: string[] }>('POST', '/api/auth/two-factor/enable', {
      body: { password },
    }),
  disableTwoFactor: (password: string) =>
    call('POST', '/api/auth/two-factor/disable', { body: { password } }),
  sessions: () =>
    call<{ token: string; userAgent: string | null; createdAt: string; updatedAt: string }[]>(
      'GET',
      '/api/auth/list-sessions',
    ),
  revokeSession: (token: string) => call('POST', '/api/auth/revoke-session', { body: { token } }),
  changePassword: (currentPassword: string, newPassword: string) =>
    call('POST', '/api/auth/change-password', {
      body: { currentPassword, newPassword, revokeOtherSessions: true },
    }),

  programs: (signal?: AbortSignal) => allOf<ProgramRecord>('/api/v1/programs', signal),
  websites: (signal?: AbortSignal) => allOf<WebsiteRecord>('/api/v1/websites', signal),
  createProgram: (body: object) => dataOf<ProgramRecord>('POST', '/api/v1/programs', { body }),
  createWebsite: (body: object) => dataOf<WebsiteRecord>('POST', '/api/v1/websites', { body }),
  fillWithDemo: (websiteId: string, body: object) =>
    call('POST', `/api/v1/websites/${websiteId}/demo-events`, { body }),

  query: (body: QueryRequest, signal?: AbortSignal) =>
    inTurn(() => dataOf<QueryAnswer>('POST', '/api/v1/query', { body, signal })),
  queryFile: async (body: QueryRequest) => (await send('POST', '/api/v1/query', { body })).blob(),
  models: (query: ModelsQuery, signal?: AbortSignal) =>
    dataOf<ModelsAnswer>('GET', '/api/v1/reports/models', { query, signal }),

  payments: (programId: number, filter: PaymentFilter, signal?: AbortSignal) =>
    pageOf<PaymentItem>(`/api/v1/programs/${programId}/payments`, filter, signal),
  explain: (paymentId: number, signal?: AbortSignal) =>
    dataOf<Explanation>('GET', `/api/v1/payments/${paymentId}/explain`, { signal }),
  commissions: (programId: number, filter: PaymentFilter, signal?: AbortSignal) =>
    pageOf<CommissionItem>(`/api/v1/programs/${programId}/commissions`, filter, signal),
  reviewCommissions: (programId: number, verb: 'approve' | 'reject', ids: number[], reason: string) =>
    dataOf<BulkReviewAnswer>('POST', `/api/v1/programs/${programId}/commissions/${verb}`, {
      body: { commission_ids: ids, reason },
    }),
  partners: (programId: number, signal?: AbortSignal) =>
    allOf<PartnerRecord>(`/api/v1/programs/${programId}/partners`, signal),
  balances: (programId: number, signal?: AbortSignal) =>
    allOf<PartnerBalance>(`/api/v1/programs/${programId}/balances`, signal),
  addPartner: (programId: number, body: CreatePartnerRequest) =>
    dataOf<PartnerRecord>('POST', `/api/v1/programs/${programId}/partners`, { body }),
  updatePartner: (programId: number, partnerId: number, body: object) =>
    dataOf<PartnerRecord>('PATCH', `/api/v1/programs/${programId}/partners/${partnerId}`, { body }),
};

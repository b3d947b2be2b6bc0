/**
 * Everything the pages ask of the server, typed by packages/contract. The one file that is to move into the SDK, when there is
 * one: pages know these functions and no URL.
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
import { call, send } from './http.ts';
import { inTurn } from './in-turn.ts';

export { ApiError, setWorkspace } from './http.ts';

interface Data<T> {
  data: T;
}
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
type ModelsQuery = Readonly<Record<string, string | number | undefined>>;
type Signal = AbortSignal | undefined;
const withSignal = (signal: Signal) => (signal ? { signal } : {});
const data = async <T>(reply: Promise<Data<T>>): Promise<T> => (await reply).data;

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

/** All pages of a list, for lists that are short. */
export async function all<T>(path: string, signal: Signal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await call('GET', path, { query: { limit: 200, cursor }, ...withSignal(signal) });
    items.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length < 2000);
  return items;
}

export const api = {
  state: () => call<SignInState>('GET', '/api/auth/state'),
  me: () => data(call<Data<Me>>('GET', '/api/auth/me')),
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
    data(call<Data<OpenInvitation>>('POST', '/api/auth/invitation', { body: { token } })),
  acceptInvitation: (body: { token: string; name?: string; password?: string }) =>
    call('POST', '/api/auth/invitation/accept', { body }),

  members: () => call<{ data: Member[]; invitations: InvitationItem[] }>('GET', '/api/auth/members'),
  invite: (email: string, role: Role) =>
    data(
      call<Data<{ link: string; mailed: boolean }>>('POST', '/api/auth/invitations', {
        body: { email, role },
      }),
    ),
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

  programs: (signal?: AbortSignal) => all<ProgramRecord>('/api/v1/programs', signal),
  websites: (signal?: AbortSignal) => all<WebsiteRecord>('/api/v1/websites', signal),
  createProgram: (body: object) => data(call<Data<ProgramRecord>>('POST', '/api/v1/programs', { body })),
  createWebsite: (body: object) => data(call<Data<WebsiteRecord>>('POST', '/api/v1/websites', { body })),
  fillWithDemo: (websiteId: string, body: object) =>
    call('POST', `/api/v1/websites/${websiteId}/demo-events`, { body }),

  query: (body: QueryRequest, signal?: AbortSignal) =>
    inTurn(() => data(call<Data<QueryAnswer>>('POST', '/api/v1/query', { body, ...withSignal(signal) }))),
  queryFile: async (body: QueryRequest) => (await send('POST', '/api/v1/query', { body })).blob(),
  models: (query: ModelsQuery, signal?: AbortSignal) =>
    data(call<Data<ModelsAnswer>>('GET', '/api/v1/reports/models', { query, ...withSignal(signal) })),

  payments: (programId: number, filter: PaymentFilter, signal?: AbortSignal) =>
    call<Page<PaymentItem>>('GET', `/api/v1/programs/${programId}/payments`, {
      query: { ...filter },
      ...withSignal(signal),
    }),
  explain: (paymentId: number, signal?: AbortSignal) =>
    data(call<Data<Explanation>>('GET', `/api/v1/payments/${paymentId}/explain`, withSignal(signal))),
  commissions: (programId: number, filter: PaymentFilter, signal?: AbortSignal) =>
    call<Page<CommissionItem>>('GET', `/api/v1/programs/${programId}/commissions`, {
      query: { ...filter },
      ...withSignal(signal),
    }),
  reviewCommissions: (programId: number, verb: 'approve' | 'reject', ids: number[], reason: string) =>
    data(
      call<Data<BulkReviewAnswer>>('POST', `/api/v1/programs/${programId}/commissions/${verb}`, {
        body: { commission_ids: ids, reason },
      }),
    ),
  partners: (programId: number, signal?: AbortSignal) =>
    all<PartnerRecord>(`/api/v1/programs/${programId}/partners`, signal),
  balances: (programId: number, signal?: AbortSignal) =>
    all<PartnerBalance>(`/api/v1/programs/${programId}/balances`, signal),
  addPartner: (programId: number, body: CreatePartnerRequest) =>
    data(call<Data<PartnerRecord>>('POST', `/api/v1/programs/${programId}/partners`, { body })),
  updatePartner: (programId: number, partnerId: number, body: object) =>
    data(call<Data<PartnerRecord>>('PATCH', `/api/v1/programs/${programId}/partners/${partnerId}`, { body })),
};

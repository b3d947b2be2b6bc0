/** What the pages of invoices, payouts, links, terms, partners and fraud ask of the server. */
import type {
  AddPolicyRequest,
  BatchItem,
  BatchRecord,
  CreatedBatch,
  FraudRules,
  GroupRecord,
  InvoiceItem,
  InvoiceLine,
  InvoiceRecord,
  LinkRecord,
  PartnerRecord,
  PartnerStatement,
  PayoutMethodRecord,
  PolicyRecord,
  ReportingTotals,
  SignalItem,
  SimulateAnswer,
  SimulateRequest,
  ThresholdRecord,
} from '@headwater/contract';
import { call, send } from './http.ts';
import { all, type Page } from './index.ts';

interface PageOf {
  cursor?: string | undefined;
  limit?: number;
  status?: string;
  partner_id?: number | undefined;
}

const one = async <T>(method: string, path: string, options: Parameters<typeof call>[2] = {}): Promise<T> =>
  (await call<{ data: T }>(method, path, options)).data;
const page = <T>(path: string, query: object, signal: AbortSignal) =>
  call<Page<T>>('GET', path, { query: { ...query }, signal });
const file = async (path: string, query: Record<string, string | number | undefined> = {}) =>
  (await send('GET', path, { query })).blob();

const program = (id: number) => `/api/v1/programs/${id}`;
const partner = (programId: number, id: number) => `${program(programId)}/partners/${id}`;

export const moneyApi = {
  invoices: (programId: number, query: PageOf, signal: AbortSignal) =>
    page<InvoiceItem>(`${program(programId)}/invoices`, query, signal),
  invoice: (id: number, signal: AbortSignal) =>
    one<InvoiceRecord>('GET', `/api/v1/invoices/${id}`, { signal }),
  invoiceLines: (id: number, query: PageOf, signal: AbortSignal) =>
    page<InvoiceLine>(`/api/v1/invoices/${id}/lines`, query, signal),
  invoiceFile: (id: number, format: 'pdf' | 'csv') => file(`/api/v1/invoices/${id}/${format}`),
  payInvoice: (id: number, body: object) =>
    one<InvoiceRecord>('POST', `/api/v1/invoices/${id}/pay`, { body }),
  totals: (programId: number, partnerId: number | undefined, signal: AbortSignal) =>
    one<ReportingTotals>('GET', `${program(programId)}/totals`, { query: { partner_id: partnerId }, signal }),

  batches: (programId: number, query: PageOf, signal: AbortSignal) =>
    page<BatchItem>(`${program(programId)}/payout-batches`, query, signal),
  batch: (id: number, signal: AbortSignal) =>
    one<BatchRecord>('GET', `/api/v1/payout-batches/${id}`, { signal }),
  makeBatch: (programId: number, currency: string) =>
    one<CreatedBatch>('POST', `${program(programId)}/payout-batches`, { body: { currency } }),
  stepBatch: (id: number, step: 'approve' | 'reject' | 'start', body?: object) =>
    one<BatchRecord>('POST', `/api/v1/payout-batches/${id}/${step}`, body ? { body } : {}),
  batchFile: (id: number, format: string, part: number | undefined) =>
    file(`/api/v1/payout-batches/${id}/export`, { format, part }),
  settlePayout: (id: number, step: 'complete' | 'fail', body: object) =>
    one<BatchRecord>('POST', `/api/v1/payouts/${id}/${step}`, { body }),
  thresholds: (programId: number, signal: AbortSignal) =>
    all<ThresholdRecord>(`${program(programId)}/payout-thresholds`, signal),
  setThreshold: (programId: number, body: ThresholdRecord) =>
    one<ThresholdRecord>('PUT', `${program(programId)}/payout-thresholds`, { body }),

  partner: (programId: number, id: number, signal: AbortSignal) =>
    one<PartnerRecord>('GET', partner(programId, id), { signal }),
  payoutMethod: (programId: number, id: number, signal: AbortSignal) =>
    one<PayoutMethodRecord | null>('GET', `${partner(programId, id)}/payout-method`, { signal }),
  setPayoutMethod: (programId: number, id: number, body: object) =>
    one<PayoutMethodRecord>('PUT', `${partner(programId, id)}/payout-method`, { body }),
  statement: (programId: number, id: number, query: { from: string; to: string }, signal: AbortSignal) =>
    one<PartnerStatement>('GET', `${partner(programId, id)}/statement`, { query, signal }),
  statementFile: (
    programId: number,
    id: number,
    query: { from: string; to: string },
    format: 'csv' | 'pdf',
  ) => file(`${partner(programId, id)}/statement/${format}`, query),

  links: (programId: number, query: PageOf, signal: AbortSignal) =>
    page<LinkRecord>(`${program(programId)}/links`, query, signal),
  createLink: (programId: number, body: object) =>
    one<LinkRecord>('POST', `${program(programId)}/links`, { body }),
  updateLink: (id: number, body: object) => one<LinkRecord>('PATCH', `/api/v1/links/${id}`, { body }),

  groups: (programId: number, signal: AbortSignal) =>
    all<GroupRecord>(`${program(programId)}/groups`, signal),
  createGroup: (programId: number, name: string) =>
    one<GroupRecord>('POST', `${program(programId)}/groups`, { body: { name } }),
  policies: (groupId: number, signal: AbortSignal) =>
    all<PolicyRecord>(`/api/v1/groups/${groupId}/policies`, signal),
  addPolicy: (groupId: number, body: AddPolicyRequest) =>
    one<PolicyRecord>('POST', `/api/v1/groups/${groupId}/policies`, { body }),
  simulate: (programId: number, body: SimulateRequest) =>
    one<SimulateAnswer>('POST', `${program(programId)}/simulate`, { body }),

  signals: (programId: number, query: PageOf & { rule?: string }, signal: AbortSignal) =>
    page<SignalItem>(`${program(programId)}/fraud-signals`, query, signal),
  dismissSignal: (id: number, reason: string) =>
    one<SignalItem>('POST', `/api/v1/fraud-signals/${id}/dismiss`, { body: { reason } }),
  scan: (programId: number) =>
    one<{ found: number; held: number }>('POST', `${program(programId)}/fraud-signals/scan`),
  fraudRules: (programId: number, signal: AbortSignal) =>
    one<FraudRules>('GET', `${program(programId)}/fraud-rules`, { signal }),
  setFraudRules: (programId: number, body: Partial<FraudRules>) =>
    one<FraudRules>('PATCH', `${program(programId)}/fraud-rules`, { body }),
};

/** Does something with each, one after the other; the first refusal ends it, and says how far it came. */
export async function oneByOne<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (const [index, item] of items.entries()) {
    await act(item).catch((error: Error) => {
      if (items.length > 1) error.message = `${error.message} (${index} of ${items.length} are done)`;
      throw error;
    });
  }
}

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
import { allOf, dataOf, pageOf, send } from './http.ts';

/** Which of a list, and from where on. */
interface ListQuery {
  cursor?: string | undefined;
  limit?: number;
  status?: string;
  partner_id?: number | undefined;
}

const fileOf = async (path: string, query: Record<string, string | number | undefined> = {}) =>
  (await send('GET', path, { query })).blob();

const program = (id: number) => `/api/v1/programs/${id}`;
const partner = (programId: number, id: number) => `${program(programId)}/partners/${id}`;

export const moneyApi = {
  invoices: (programId: number, query: ListQuery, signal: AbortSignal) =>
    pageOf<InvoiceItem>(`${program(programId)}/invoices`, query, signal),
  invoice: (id: number, signal: AbortSignal) =>
    dataOf<InvoiceRecord>('GET', `/api/v1/invoices/${id}`, { signal }),
  invoiceLines: (id: number, query: ListQuery, signal: AbortSignal) =>
    pageOf<InvoiceLine>(`/api/v1/invoices/${id}/lines`, query, signal),
  invoiceFile: (id: number, format: 'pdf' | 'csv') => fileOf(`/api/v1/invoices/${id}/${format}`),
  payInvoice: (id: number, body: object) =>
    dataOf<InvoiceRecord>('POST', `/api/v1/invoices/${id}/pay`, { body }),
  totals: (programId: number, partnerId: number | undefined, signal: AbortSignal) =>
    dataOf<ReportingTotals>('GET', `${program(programId)}/totals`, {
      query: { partner_id: partnerId },
      signal,
    }),

  batches: (programId: number, query: ListQuery, signal: AbortSignal) =>
    pageOf<BatchItem>(`${program(programId)}/payout-batches`, query, signal),
  batch: (id: number, signal: AbortSignal) =>
    dataOf<BatchRecord>('GET', `/api/v1/payout-batches/${id}`, { signal }),
  makeBatch: (programId: number, currency: string) =>
    dataOf<CreatedBatch>('POST', `${program(programId)}/payout-batches`, { body: { currency } }),
  stepBatch: (id: number, step: 'approve' | 'reject' | 'start', body?: object) =>
    dataOf<BatchRecord>('POST', `/api/v1/payout-batches/${id}/${step}`, body ? { body } : {}),
  batchFile: (id: number, format: string, part: number | undefined) =>
    fileOf(`/api/v1/payout-batches/${id}/export`, { format, part }),
  settlePayout: (id: number, step: 'complete' | 'fail', body: object) =>
    dataOf<BatchRecord>('POST', `/api/v1/payouts/${id}/${step}`, { body }),
  thresholds: (programId: number, signal: AbortSignal) =>
    allOf<ThresholdRecord>(`${program(programId)}/payout-thresholds`, signal),
  setThreshold: (programId: number, body: ThresholdRecord) =>
    dataOf<ThresholdRecord>('PUT', `${program(programId)}/payout-thresholds`, { body }),

  partner: (programId: number, id: number, signal: AbortSignal) =>
    dataOf<PartnerRecord>('GET', partner(programId, id), { signal }),
  payoutMethod: (programId: number, id: number, signal: AbortSignal) =>
    dataOf<PayoutMethodRecord | null>('GET', `${partner(programId, id)}/payout-method`, { signal }),
  setPayoutMethod: (programId: number, id: number, body: object) =>
    dataOf<PayoutMethodRecord>('PUT', `${partner(programId, id)}/payout-method`, { body }),
  statement: (programId: number, id: number, query: { from: string; to: string }, signal: AbortSignal) =>
    dataOf<PartnerStatement>('GET', `${partner(programId, id)}/statement`, { query, signal }),
  statementFile: (
    programId: number,
    id: number,
    query: { from: string; to: string },
    format: 'csv' | 'pdf',
  ) => fileOf(`${partner(programId, id)}/statement/${format}`, query),

  links: (programId: number, query: ListQuery, signal: AbortSignal) =>
    pageOf<LinkRecord>(`${program(programId)}/links`, query, signal),
  createLink: (programId: number, body: object) =>
    dataOf<LinkRecord>('POST', `${program(programId)}/links`, { body }),
  updateLink: (id: number, body: object) => dataOf<LinkRecord>('PATCH', `/api/v1/links/${id}`, { body }),

  groups: (programId: number, signal: AbortSignal) =>
    allOf<GroupRecord>(`${program(programId)}/groups`, signal),
  createGroup: (programId: number, name: string) =>
    dataOf<GroupRecord>('POST', `${program(programId)}/groups`, { body: { name } }),
  policies: (groupId: number, signal: AbortSignal) =>
    allOf<PolicyRecord>(`/api/v1/groups/${groupId}/policies`, signal),
  addPolicy: (groupId: number, body: AddPolicyRequest) =>
    dataOf<PolicyRecord>('POST', `/api/v1/groups/${groupId}/policies`, { body }),
  simulate: (programId: number, body: SimulateRequest) =>
    dataOf<SimulateAnswer>('POST', `${program(programId)}/simulate`, { body }),

  signals: (programId: number, query: ListQuery & { rule?: string }, signal: AbortSignal) =>
    pageOf<SignalItem>(`${program(programId)}/fraud-signals`, query, signal),
  dismissSignal: (id: number, reason: string) =>
    dataOf<SignalItem>('POST', `/api/v1/fraud-signals/${id}/dismiss`, { body: { reason } }),
  scan: (programId: number) =>
    dataOf<{ found: number; held: number }>('POST', `${program(programId)}/fraud-signals/scan`),
  fraudRules: (programId: number, signal: AbortSignal) =>
    dataOf<FraudRules>('GET', `${program(programId)}/fraud-rules`, { signal }),
  setFraudRules: (programId: number, body: Partial<FraudRules>) =>
    dataOf<FraudRules>('PATCH', `${program(programId)}/fraud-rules`, { body }),
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

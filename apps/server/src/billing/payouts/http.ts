import {
  BatchesQuery,
  BatchItem,
  BatchRecord,
  CompletePayoutRequest,
  CreateBatchRequest,
  CreatedBatch,
  ExportQuery,
  exportFormats,
  FailPayoutRequest,
  ListQuery,
  PartnerBalance,
  PayoutMethodRecord,
  RejectBatchRequest,
  SetPayoutMethodRequest,
  SetThresholdRequest,
  ThresholdRecord,
} from '@headwater/contract';
import Type from 'typebox';
import {
  AppError,
  type Call,
  type ManagementPrincipal,
  type Route,
  readChoice,
  reader,
  smallId,
} from '../../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram, listRoute } from '../../workspaces/index.ts';
import { fileRoute } from '../file-route.ts';
import { listPartnerBalances, listThresholds, setThreshold } from './balances.ts';
import { createBatch } from './create-batch.ts';
import { exportBatch } from './export-batch.ts';
import { findPayoutMethod, type MethodDeps, setPayoutMethod } from './payout-methods.ts';
import { getBatch, listBatches } from './read-batches.ts';
import { approveBatch, rejectBatch, settlePayout, startBatch } from './settle-batch.ts';

const tag = 'Payouts';
const program = '/api/v1/programs/:id';
const batch = '/api/v1/payout-batches/:id';
const readers = {
  method: reader(SetPayoutMethodRequest),
  threshold: reader(SetThresholdRequest),
  create: reader(CreateBatchRequest),
  reject: reader(RejectBatchRequest),
  complete: reader(CompletePayoutRequest),
  fail: reader(FailPayoutRequest),
};

export function payoutRoutes(deps: MethodDeps & { directory: Directory }): Route[] {
  const { postgres, directory } = deps;
  const own = (call: Call, manager: ManagementPrincipal) => getOwnProgram(directory, manager, call.params.id);
  return [
    dataRoute(
      {
        method: 'PUT',
        path: `${program}/partners/:partner_id/payout-method`,
        scope: 'billing:manage',
        tag,
        summary: 'Set where a partner’s money goes; kept encrypted, read back masked',
        body: SetPayoutMethodRequest,
        answer: PayoutMethodRecord,
        status: 200,
        handle: async (call, manager) =>
          setPayoutMethod(
            deps,
            manager,
            await own(call, manager),
            call.params.partner_id,
            readers.method.read(call.body),
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: `${program}/partners/:partner_id/payout-method`,
        scope: 'program:read',
        tag,
        summary: 'Where a partner’s money goes, masked',
        answer: Type.Union([PayoutMethodRecord, Type.Null()], { description: 'null: none was set yet' }),
        status: 200,
        handle: async (call, manager) =>
          findPayoutMethod(deps, await own(call, manager), call.params.partner_id),
      },
      directory,
    ),
    listRoute(
      {
        path: `${program}/balances`,
        scope: 'program:read',
        tag,
        summary: 'What each partner has: pending, approved, available, in a payout, paid',
        query: ListQuery,
        answer: PartnerBalance,
        handle: async (call, manager) => listPartnerBalances(postgres, await own(call, manager), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PUT',
        path: `${program}/payout-thresholds`,
        scope: 'billing:manage',
        tag,
        summary: 'Set from which balance on partners are paid in a currency',
        body: SetThresholdRequest,
        answer: ThresholdRecord,
        status: 200,
        handle: async (call, manager) =>
          setThreshold(deps, manager, await own(call, manager), readers.threshold.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: `${program}/payout-thresholds`,
        scope: 'program:read',
        tag,
        summary: 'The thresholds of a program, by currency',
        query: ListQuery,
        answer: ThresholdRecord,
        handle: async (call, manager) => listThresholds(postgres, await own(call, manager)),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${program}/payout-batches`,
        scope: 'billing:manage',
        tag,
        summary: 'Make a payout for every partner at or above the threshold; a second key approves it',
        refuses: ['nothing_to_pay'],
        body: CreateBatchRequest,
        answer: CreatedBatch,
        status: 201,
        handle: async (call, manager) =>
          createBatch(deps, manager, await own(call, manager), readers.create.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: `${program}/payout-batches`,
        scope: 'program:read',
        tag,
        summary: 'List the payout batches of a program, newest first',
        query: BatchesQuery,
        answer: BatchItem,
        handle: async (call, manager) => listBatches(postgres, await own(call, manager), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: batch,
        scope: 'program:read',
        tag,
        summary: 'Read a batch with its payouts',
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) => getBatch(postgres, manager, call.params.id),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${batch}/approve`,
        scope: 'payout:approve',
        tag,
        summary: 'Approve a batch, with another key than the one that made it',
        refuses: ['second_person_needed', 'conflict'],
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) => approveBatch(deps, manager, call.params.id),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${batch}/reject`,
        scope: 'payout:approve',
        tag,
        summary: 'Reject a batch: its money returns to the balances',
        refuses: ['conflict'],
        body: RejectBatchRequest,
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) =>
          rejectBatch(deps, manager, call.params.id, readers.reject.read(call.body).reason),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${batch}/start`,
        scope: 'billing:manage',
        tag,
        summary: 'Say that an approved batch was handed to the bank or the provider',
        refuses: ['conflict'],
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) => startBatch(deps, manager, call.params.id),
      },
      directory,
    ),
    fileRoute({
      path: `${batch}/export`,
      scope: 'billing:manage',
      tag,
      summary: 'An approved batch, or a part of it, as the file that PayPal, Wise, a bank or Stripe takes',
      refuses: ['conflict'],
      file: 'text/csv',
      query: ExportQuery,
      async handle(call, manager) {
        const format = readChoice(call.query, 'format', exportFormats);
        if (format === undefined) throw new AppError('invalid_request', 'format is required');
        const part = readPart(call.query);
        return exportBatch(deps, manager, call.params.id, { format, part });
      },
    }),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/payouts/:id/complete',
        scope: 'billing:manage',
        tag,
        summary: 'Record that a payout arrived',
        refuses: ['conflict'],
        body: CompletePayoutRequest,
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) =>
          settlePayout(deps, manager, call.params.id, {
            ...{ result: 'completed', reason: null },
            reference: readers.complete.read(call.body).reference ?? null,
          }),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/payouts/:id/fail',
        scope: 'billing:manage',
        tag,
        summary: 'Record that a payout failed: its money returns to the balance',
        refuses: ['conflict'],
        body: FailPayoutRequest,
        answer: BatchRecord,
        status: 200,
        handle: (call, manager) =>
          settlePayout(deps, manager, call.params.id, {
            ...{ result: 'failed', reference: null },
            reason: readers.fail.read(call.body).reason,
          }),
      },
      directory,
    ),
  ];
}

function readPart(query: Call['query']): number | undefined {
  if (query.part === undefined) return undefined;
  const part = smallId(query.part);
  if (part === undefined) throw new AppError('invalid_request', 'part is invalid');
  return part;
}

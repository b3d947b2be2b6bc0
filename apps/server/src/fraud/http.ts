import {
  type CommissionItem,
  DismissRequest,
  FraudRules,
  fraudRules,
  ScanAnswer,
  SignalItem,
  SignalQuery,
  signalStatuses,
  UpdateFraudRulesRequest,
} from '@headwater/contract';
import { listCommissionItems } from '../commissions/index.ts';
import {
  invariant,
  kysely,
  type Postgres,
  type Route,
  readChoice,
  readCursor,
  reader,
  readIdFilter,
  readLimit,
  toPage,
} from '../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram, listRoute } from '../workspaces/index.ts';
import { dismissSignal } from './dismiss-signal.ts';
import * as queries from './queries.ts';
import { loadActions } from './rules.ts';
import { type ScanDeps, scanProgram } from './scan.ts';
import { setActions } from './set-actions.ts';

const tag = 'Fraud signals';
const dismissReader = reader(DismissRequest);
const rulesReader = reader(UpdateFraudRulesRequest);

export function fraudRoutes(deps: ScanDeps & { directory: Directory }): Route[] {
  const { directory, postgres } = deps;
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/fraud-signals',
        scope: 'program:read',
        tag,
        summary: 'List what looks wrong about commissions, newest first',
        query: SignalQuery,
        answer: SignalItem,
        async handle({ params, query }, manager) {
          const program = await getOwnProgram(directory, manager, params.id);
          const limit = readLimit(query);
          const seen = readCursor(query, ['longId'])?.[0];
          const rows = await queries.listSignalRows(postgres, program, {
            before: seen === undefined ? null : BigInt(seen),
            status: readChoice(query, 'status', signalStatuses) ?? null,
            rule: readChoice(query, 'rule', fraudRules) ?? null,
            partnerId: readIdFilter(query, 'partner_id') ?? null,
            commissionId: readIdFilter(query, 'commission_id') ?? null,
            limit: limit + 1,
          });
          const shown = toPage(
            rows,
            limit,
            (row) => row,
            (row) => [row.id],
          );
          return { ...shown, data: await toItems(postgres, program.workspaceId, shown.data) };
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/fraud-signals/scan',
        scope: 'program:update',
        tag,
        summary: 'Ask the rules now; a job does so every hour',
        answer: ScanAnswer,
        status: 200,
        async handle(call, manager) {
          return scanProgram(deps, await getOwnProgram(directory, manager, call.params.id));
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/fraud-signals/:id/dismiss',
        scope: 'program:update',
        tag,
        summary: 'Dismiss a signal: somebody has looked, and nothing is wrong',
        body: DismissRequest,
        answer: SignalItem,
        status: 200,
        async handle(call, manager) {
          const readReason = () => dismissReader.read(call.body).reason.trim();
          const signal = await dismissSignal(deps, manager, call.params.id, readReason);
          const [item] = await toItems(postgres, manager.workspaceId, [signal]);
          return item;
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/programs/:id/fraud-rules',
        scope: 'program:read',
        tag,
        summary: 'What each rule does where it finds something',
        answer: FraudRules,
        status: 200,
        async handle(call, manager) {
          return loadActions(postgres, await getOwnProgram(directory, manager, call.params.id));
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: '/api/v1/programs/:id/fraud-rules',
        scope: 'program:update',
        tag,
        summary: 'Change what rules do; it acts on what they find from now on',
        body: UpdateFraudRulesRequest,
        answer: FraudRules,
        status: 200,
        async handle(call, manager) {
          const program = await getOwnProgram(directory, manager, call.params.id);
          return setActions(deps, manager, program, rulesReader.read(call.body));
        },
      },
      directory,
    ),
  ];
}

/** Signals with the commissions they speak about, as these stand now. */
async function toItems(
  postgres: Postgres,
  workspaceId: number,
  rows: readonly queries.SignalRow[],
): Promise<SignalItem[]> {
  const ids = [...new Set(rows.map(({ commissionId }) => commissionId))];
  const commissions = await listCommissionItems(kysely(postgres), workspaceId, ids);
  const byId = new Map(commissions.map((one) => [one.id, one]));
  return rows.map((row) => {
    const commission = byId.get(Number(row.commissionId));
    invariant(commission, 'commissions are never deleted');
    return toItem(row, commission);
  });
}

function toItem(row: queries.SignalRow, commission: CommissionItem): SignalItem {
  const { dismissedAt, dismissedBy, dismissalReason } = row;
  return {
    id: Number(row.id),
    commission_id: Number(row.commissionId),
    commission,
    partner_id: row.partnerId,
    rule: row.rule,
    reason: row.reason,
    evidence: row.evidence,
    action: row.action,
    status: dismissedAt === null ? 'open' : 'dismissed',
    found_at: row.foundAt.toISOString(),
    dismissal:
      dismissedAt === null
        ? null
        : { reason: dismissalReason ?? '', by: dismissedBy ?? '', at: dismissedAt.toISOString() },
  };
}

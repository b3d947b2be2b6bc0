import {
  type CreditModel,
  creditModels,
  ModelsAnswer,
  ModelsQuery,
  MovesAnswer,
  MovesQuery,
  pathDimensions,
} from '@headwater/contract';
import { type Order, paymentParts } from '../../models/index.ts';
import {
  AppError,
  type Call,
  dayMs,
  type ManagementPrincipal,
  type Route,
  readChoice,
  readCursor,
  readLimit,
} from '../../platform/index.ts';
import { dataRoute, listPartnerNames } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readPeriod } from '../period.ts';
import { readSubject } from '../subject.ts';
import { type Comparison, compareModels } from './compare-models.ts';
import { type Explanation, explainMoves, sizeOf } from './explain-moves.ts';
import { listOtherCurrencies } from './other-currencies.ts';
import type { PathScope } from './path-scope.ts';
import { readWhole } from './read-whole.ts';

type Query = Record<string, unknown>;

export function modelRoutes(deps: ReportDeps): Route[] {
  return [
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/reports/models',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'Attribution models side by side, over the same paths to payment',
        query: ModelsQuery,
        answer: ModelsAnswer,
        status: 200,
        async handle(call, manager) {
          const scope = await readPathScope(deps, manager, call);
          const settings = { ...readChain(call.query), models: readModels(call.query) };
          const lagSeconds = await deps.lagSeconds();
          const [comparison, otherCurrencies] = await Promise.all([
            compareModels(deps.clickhouse, scope, settings),
            listOtherCurrencies(deps.clickhouse, { ...scope.subject, ...scope }, scope.subject.currency),
          ]);
          const names = await namesOf(deps, scope, comparison.values);
          return {
            ...toAnswer(comparison, names, settings.seed),
            currency: scope.subject.currency,
            other_currencies: otherCurrencies,
            lag_seconds: Math.round(lagSeconds * 1000) / 1000,
          };
        },
      },
      deps.directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/reports/models/moves',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'Which payments make the difference between two models for one row',
        query: MovesQuery,
        answer: MovesAnswer,
        status: 200,
        async handle(call, manager) {
          const scope = await readPathScope(deps, manager, call);
          const { query } = call;
          if (typeof query.key !== 'string' || query.key.length > 4096) {
            throw new AppError('invalid_request', 'key is invalid');
          }
          const limit = readLimit(query);
          const cursor = readCursor(query, ['longId', 'longId']);
          const asked = {
            key: query.key,
            from: readModel(query, 'from_model'),
            to: readModel(query, 'to_model'),
            limit,
            after:
              cursor === undefined
                ? undefined
                : { size: BigInt(cursor[0] as string), paymentId: BigInt(cursor[1] as string) },
          };
          const explanation = await explainMoves(deps.clickhouse, scope, asked, readChain(query));
          return { ...toMoves(explanation, limit), currency: scope.subject.currency };
        },
      },
      deps.directory,
    ),
  ];
}

/** Whose payments, of which time, and what counts as a path; 400 `<name> is invalid`. */
export async function readPathScope(
  deps: Pick<ReportDeps, 'directory' | 'clock'>,
  manager: ManagementPrincipal,
  { query }: Pick<Call, 'query'>,
): Promise<PathScope> {
  const by = readChoice(query, 'by', pathDimensions);
  if (by === undefined) throw new AppError('invalid_request', 'by is invalid');
  const lookbackMs = readWhole(query, 'lookback_days', 1, 365, 30) * dayMs;
  const isNet = readChoice(query, 'revenue', ['gross', 'net']) === 'net';
  const subject = await readSubject(deps.directory, manager, query);
  return { subject, ...readPeriod(query, subject.timeZone, deps.clock.now()), by, lookbackMs, isNet };
}

function readChain(query: Query): { order: Order; seed: number } {
  return {
    order: readWhole(query, 'markov_order', 1, 3, 1) as Order,
    seed: readWhole(query, 'seed', 0, 2 ** 32 - 1, 1),
  };
}

function readModels(query: Query): CreditModel[] {
  if (query.models === undefined) return [...creditModels];
  const named = typeof query.models === 'string' ? query.models.split(',').map((name) => name.trim()) : [''];
  const models = creditModels.filter((model) => named.includes(model));
  if (named.some((name) => !models.some((model) => model === name))) {
    throw new AppError('invalid_request', 'models is invalid');
  }
  return models;
}

function readModel(query: Query, name: 'from_model' | 'to_model'): CreditModel {
  const model = readChoice(query, name, creditModels);
  if (model === undefined) throw new AppError('invalid_request', `${name} is invalid`);
  return model;
}

export async function namesOf(
  { postgres }: Pick<ReportDeps, 'postgres'>,
  { by, subject }: PathScope,
  values: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (by !== 'partner') return new Map();
  const ids = values.filter((value) => value !== '').map(Number);
  const names = await listPartnerNames(postgres, subject.workspaceId, ids);
  return new Map([...names].map(([id, name]) => [String(id), name]));
}

const sums = ({ payments, revenue }: { payments: number; revenue: bigint }) => ({
  payments,
  revenue_cents: Number(revenue),
});

function toAnswer(comparison: Comparison, names: ReadonlyMap<string, string>, seed: number) {
  const { tallies, totals, untouched, cut, paths, shapley } = comparison;
  return {
    rows: toRows(comparison, names),
    totals: sums(totals),
    untouched: sums(untouched),
    cut: sums(cut),
    paths,
    ...(shapley === null ? {} : { shapley: { method: shapley.method, samples: shapley.samples, seed } }),
    models: [...tallies.keys()],
  };
}

function toRows(
  { values, tallies, removal, shapley, ...rest }: Comparison,
  names: ReadonlyMap<string, string>,
) {
  const touchedRevenue = rest.totals.revenue - rest.untouched.revenue - rest.cut.revenue;
  const rows = ['', ...values].map((key, place) => {
    const credits = [...tallies].map(([model, { revenue, payments }]) => {
      const credit = {
        revenue_cents: Number(revenue[place]),
        payments: Number(payments[place]) / Number(paymentParts),
        ...(model === 'markov' ? { removal_effect: removal?.[place] ?? 0 } : {}),
        ...(model === 'shapley' && shapley?.method === 'sampled'
          ? { error_cents: Math.ceil((shapley.errors[place] as number) * Number(touchedRevenue)) }
          : {}),
      };
      return [model, credit] as const;
    });
    const name = names.get(key);
    return {
      key,
      ...(place > 0 && name !== undefined ? { name } : {}),
      ...(place === 0 ? { others: true } : {}),
      models: Object.fromEntries(credits),
      weight: credits.reduce((sum, [, credit]) => sum + credit.revenue_cents, 0),
      isSeen: credits.some(([, { payments, revenue_cents }]) => payments !== 0 || revenue_cents !== 0),
    };
  });
  return rows
    .filter(({ isSeen }) => isSeen)
    .sort((a, b) => b.weight - a.weight)
    .map(({ weight: _, isSeen: __, ...row }) => row);
}

function toMoves({ values, from, to, moved, moves }: Explanation, limit: number) {
  const shown = moves.slice(0, limit);
  const last = shown.at(-1);
  const isMore = moves.length > limit && last !== undefined;
  return {
    from_cents: Number(from),
    to_cents: Number(to),
    difference_cents: Number(to - from),
    moved_cents: Number(moved.amount),
    moved_payments: moved.payments,
    spread_cents: Number(to - from - moved.amount),
    moves: shown.map((move) => ({
      payment_id: Number(move.paymentId),
      paid_at: new Date(move.paidAt).toISOString(),
      amount_cents: Number(move.amount),
      from_cents: Number(move.from),
      to_cents: Number(move.to),
      difference_cents: Number(move.to - move.from),
      path: move.path.channels.map((channel, index) => ({
        key: values[channel - 1] ?? '',
        at: new Date(move.paidAt - (move.path.agesMs[index] as number)).toISOString(),
        ...(channel === 0 ? { others: true } : {}),
      })),
    })),
    next_cursor: isMore ? Buffer.from(`${sizeOf(last)}\n${last.paymentId}`).toString('base64url') : null,
  };
}

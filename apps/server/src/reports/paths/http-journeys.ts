import { JourneysAnswer, JourneysQuery } from '@headwater/contract';
import { AppError, type Route, readLimit } from '../../platform/index.ts';
import { dataRoute } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { namesOf, readPathScope } from './http.ts';
import { type Journeys, listJourneys, type Sums } from './journeys.ts';
import { listOtherCurrencies } from './other-currencies.ts';
import { readWhole } from './read-whole.ts';

export function journeyRoutes(deps: ReportDeps): Route[] {
  return [
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/reports/journeys',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'The most frequent paths to payment, and how they flow together',
        query: JourneysQuery,
        answer: JourneysAnswer,
        status: 200,
        async handle(call, manager) {
          const { query } = call;
          const scope = await readPathScope(deps, manager, call);
          const asked = {
            ...{ limit: readLimit(query), depth: readWhole(query, 'depth', 1, 10, 5) },
            ...{ first: readEnd(query, 'first'), last: readEnd(query, 'last') },
          };
          const lagSeconds = await deps.lagSeconds();
          const { currency } = scope.subject;
          const [journeys, otherCurrencies] = await Promise.all([
            listJourneys(deps.clickhouse, scope, asked),
            listOtherCurrencies(deps.clickhouse, { ...scope.subject, ...scope }, currency),
          ]);
          const names = await namesOf(deps, scope, journeys.values);
          return {
            ...toAnswer(journeys),
            ...(scope.by === 'partner' ? { names: Object.fromEntries(names) } : {}),
            currency,
            other_currencies: otherCurrencies,
            lag_seconds: Math.round(lagSeconds * 1000) / 1000,
          };
        },
      },
      deps.directory,
    ),
  ];
}

/** The value that paths are to begin or end with; 400 `<name> is invalid`. */
function readEnd(query: Readonly<Record<string, unknown>>, name: 'first' | 'last'): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 4096 || value.includes('\0'))
    throw new AppError('invalid_request', `${name} is invalid`);
  return value;
}

const sums = ({ payments, revenue }: Sums) => ({ payments, revenue_cents: Number(revenue) });

function toAnswer({ paths, others, untouched, totals, links }: Journeys) {
  const nodes = new Map<string, { id: string; step: number; key: string | null }>();
  const node = (step: number, key: string | null) => {
    const id = step === 0 ? 'payment' : `${step}:${key ?? '*'}`;
    // A value may be called *: its node is told from that of the others by what it stands for.
    const own = key === '*' ? `${id}*` : id;
    if (!nodes.has(own)) nodes.set(own, { id: own, step, key });
    return own;
  };
  return {
    paths: paths.map((path) => ({ touches: path.touches, ...sums(path) })),
    other_paths: { paths: others.paths, ...sums(others) },
    untouched: sums(untouched),
    totals: sums(totals),
    links: links.map((link) => ({
      source: node(link.step, link.source),
      target: node(link.step - 1, link.target),
      ...sums(link),
    })),
    nodes: [...nodes.values()],
  };
}

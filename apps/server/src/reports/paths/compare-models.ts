import { type CreditModel, type RuleModel, ruleModels } from '@headwater/contract';
import {
  chainShapley,
  createChainCounter,
  distinctChannels,
  emptyTally,
  normalise,
  type Order,
  type Path,
  paymentParts,
  removalEffects,
  type ShapleyShares,
  splitByShares,
  splitByWeights,
  type Tally,
  tallyByRules,
  weightOf,
} from '../../models/index.ts';
import type { ClickHouse } from '../../platform/index.ts';
import type { PathScope } from './path-scope.ts';
import { readPaths, readTotals, readValues } from './read-paths.ts';

/** So many different paths are read; with what is beyond them the report would take minutes, and it says what it left out. */
const maxPathGroups = 2_000_000;

/** Paths drawn for Shapley above twelve channels: shares are then right to about half a per cent of the total. */
const samples = 200_000;

export interface Settings {
  models: readonly CreditModel[];
  order: Order;
  seed: number;
}

interface Sums {
  payments: number;
  revenue: bigint;
}

/** What each model makes of one set of paths. Figures of channels are by place: place 0 is what no value names. */
export interface Comparison {
  values: readonly string[];
  tallies: ReadonlyMap<CreditModel, Tally>;
  totals: Sums;
  untouched: Sums;
  cut: Sums;
  paths: { paid: number; unpaid: number; shortened: number };
  removal: readonly number[] | null;
  shapley: ShapleyShares | null;
}

const isRule = (model: CreditModel): model is RuleModel => (ruleModels as readonly string[]).includes(model);

/** Reads the paths once and lets every model look at them as they pass. `known`: the values, where they were read already. */
export async function compareModels(
  clickhouse: ClickHouse,
  scope: PathScope,
  { models, order, seed }: Settings,
  known?: readonly string[],
): Promise<Comparison> {
  const [values, totals] = await Promise.all([
    known ?? readValues(clickhouse, scope),
    readTotals(clickhouse, scope),
  ]);
  const places = values.length + 1;
  const rules = new Map(models.filter(isRule).map((model) => [model, emptyTally(places)]));
  const needsChain = models.some((model) => !isRule(model));
  const counter = createChainCounter(order);
  const touched: Sums = { payments: 0, revenue: 0n };
  const untouched: Sums = { payments: 0, revenue: 0n };
  const paths = { paid: 0, unpaid: 0, shortened: 0 };
  const wanted = { ages: models.includes('time_decay'), unpaid: needsChain, limit: maxPathGroups };
  for await (const group of readPaths(clickhouse, scope, values, wanted)) {
    const { isPaid, path, amount, count } = group;
    paths.shortened += group.shortened;
    if (isPaid) {
      const sums = path.channels.length === 0 ? untouched : touched;
      sums.payments += count;
      sums.revenue += amount * BigInt(count);
    } else paths.unpaid += count;
    if (path.channels.length === 0) continue;
    if (isPaid) tallyByRules(rules, path, amount, BigInt(count));
    if (needsChain) counter.add(path.channels, isPaid, count);
  }
  paths.paid = touched.payments;
  const chain = needsChain ? counter.chain() : null;
  const removal = chain !== null && models.includes('markov') ? removalEffects(chain, places) : null;
  const shapley =
    chain !== null && models.includes('shapley') ? chainShapley(chain, places, { seed, samples }) : null;
  const tallies = new Map<CreditModel, Tally>(rules);
  if (removal !== null) tallies.set('markov', share(normalise(removal), touched));
  if (shapley !== null) tallies.set('shapley', share(shapley.shares, touched));
  const cut = {
    payments: totals.payments - touched.payments - untouched.payments,
    revenue: totals.revenue - touched.revenue - untouched.revenue,
  };
  return { values, tallies, totals, untouched, cut, paths, removal, shapley };
}

function share(shares: readonly number[], { payments, revenue }: Sums): Tally {
  return {
    revenue: splitByShares(shares, revenue),
    payments: splitByShares(shares, BigInt(payments) * paymentParts),
  };
}

/**
 * What a model that shares out the total says of a single path: its channels in proportion to their removal effects, or,
 * for Shapley, equally (the value of the game in which the path's channels can do it only together).
 */
export function creditByShares(
  model: 'markov' | 'shapley',
  { channels }: Path,
  amount: bigint,
  removal: readonly number[] | null,
): { channel: number; amount: bigint }[] {
  const distinct = distinctChannels(channels);
  const weights = distinct.map((channel): [number, bigint] => [
    channel,
    model === 'markov' ? weightOf(removal?.[channel] ?? 0) : 1n,
  ]);
  return splitByWeights(new Map(weights), amount);
}

export { isRule };

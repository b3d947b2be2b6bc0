/** How many of the last touches the next step depends on. */
export type Order = 1 | 2 | 3;

/**
 * The paths of many people as a Markov chain: from the start through touches to a payment or to nothing. A state is the
 * last one to three channels.
 */
export interface Chain {
  /** The channel of each state's last touch; the start, state 0, has -1. */
  channelOf: readonly number[];
  /** By state: where one may go from there, and how likely. What is missing to one leads to nothing. */
  steps: readonly { to: readonly number[]; chance: readonly number[] }[];
  /** By state: how likely a payment is the next thing. */
  pays: readonly number[];
}

/** Counts steps of paths as they pass by; keeps no path. */
export interface ChainCounter {
  /** Adds `count` equal paths, that ended in a payment or in nothing. */
  add(channels: readonly number[], isPaid: boolean, count: number): void;
  chain(): Chain;
}

interface State {
  index: number;
  channel: number;
  /** By the next channel. */
  next: Map<number, { state: State; count: number }>;
  paid: number;
  left: number;
}

export function createChainCounter(order: Order): ChainCounter {
  const states: State[] = [];
  const byKey = new Map<string, State>();
  const open = (key: string, channel: number): State => {
    const state = { index: states.length, channel, next: new Map(), paid: 0, left: 0 };
    states.push(state);
    byKey.set(key, state);
    return state;
  };
  const start = open('', -1);
  return {
    add(channels, isPaid, count) {
      let at = start;
      for (let index = 0; index < channels.length; index += 1) {
        const channel = channels[index] as number;
        // A state and the next channel tell the next state: its name is made once only.
        let step = at.next.get(channel);
        if (step === undefined) {
          const key = channels.slice(Math.max(0, index + 1 - order), index + 1).join();
          step = { state: byKey.get(key) ?? open(key, channel), count: 0 };
          at.next.set(channel, step);
        }
        step.count += count;
        at = step.state;
      }
      if (isPaid) at.paid += count;
      else at.left += count;
    },
    chain: () => toChain(states),
  };
}

function toChain(states: readonly State[]): Chain {
  const totals = states.map(({ next, paid, left }) =>
    [...next.values()].reduce((sum, { count }) => sum + count, paid + left),
  );
  return {
    channelOf: states.map(({ channel }) => channel),
    steps: states.map(({ next, index }) => ({
      to: [...next.values()].map(({ state }) => state.index),
      chance: [...next.values()].map(({ count }) => count / (totals[index] as number)),
    })),
    pays: states.map(({ paid, index }) => (totals[index] === 0 ? 0 : paid / (totals[index] as number))),
  };
}

// Every state of a counted chain has a way out, so the sweeps converge; a bound all the same, as for every loop.
const maxSweeps = 100_000;
const precision = 1e-15;

/**
 * By state: how likely a payment is, sooner or later, if channels that are closed lead to nothing. Solved by
 * Gauss-Seidel sweeps, the step from a state to itself taken out beforehand.
 */
export function chancesOfPaying(
  chain: Chain,
  isOpen: (channel: number) => boolean = () => true,
): Float64Array {
  const { channelOf, steps, pays } = chain;
  const chances = new Float64Array(channelOf.length);
  const open = channelOf.map((channel) => channel === -1 || isOpen(channel));
  for (let sweep = 0; sweep < maxSweeps; sweep += 1) {
    let change = 0;
    // Later states tend to be further on the way: from the back, news travels towards the start in one sweep.
    for (let state = channelOf.length - 1; state >= 0; state -= 1) {
      if (!open[state]) continue;
      const { to, chance } = steps[state] as { to: readonly number[]; chance: readonly number[] };
      let pay = pays[state] as number;
      let stay = 0;
      for (let step = 0; step < to.length; step += 1) {
        const target = to[step] as number;
        if (target === state) stay = chance[step] as number;
        // A closed state's chance is 0 and stays so.
        else pay += (chance[step] as number) * (chances[target] as number);
      }
      const next = stay < 1 ? pay / (1 - stay) : 0;
      change = Math.max(change, next - (chances[state] as number));
      chances[state] = next;
    }
    if (change <= precision) break;
  }
  return chances;
}

/** How likely a path of the chain is to end in a payment, with some channels closed. */
export function chanceOfPaying(chain: Chain, isOpen?: (channel: number) => boolean): number {
  return chancesOfPaying(chain, isOpen)[0] as number;
}

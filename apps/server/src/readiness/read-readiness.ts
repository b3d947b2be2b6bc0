import type { GateName, Integration, Readiness } from '@headwater/contract';
import { gateNames } from '@headwater/contract';
import { findNewcomersPolicy } from '../commissions/index.ts';
import { type Clock, dayMs } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { type LookDeps, lookForTracker } from './look-for-tracker.ts';
import * as queries from './queries.ts';

export interface ReadDeps extends LookDeps {
  clock: Clock;
  publicUrl(): string;
}

const noChain = { click: 'pending', lead: 'pending', sale: 'pending' } as const;
const iso = (at: Date | null) => at?.toISOString() ?? null;

/**
 * Which gates pass and what is to do next (contract §10), with what the page of integration shows besides.
 *
 *   draft                  the program itself is not whole
 *   configuring            something is missing, or nothing was tried
 *   ready                  all is set up, and a sale was tried; the proof is missing
 *   integration_verified   the synthetic chain went through
 *   live_verified          a real event came
 */
export async function readIntegration(
  deps: ReadDeps,
  program: Program,
  options: { look: 'lately' | 'again' | 'not' },
): Promise<Integration> {
  const { postgres, clock } = deps;
  const now = clock.now();
  const [setUp, policy, seen, counts, chain] = await Promise.all([
    queries.findSetUp(postgres, program),
    findNewcomersPolicy(postgres, program, now),
    queries.findSeen(postgres, program),
    queries.countRecent(postgres, program, new Date(now.getTime() - dayMs)),
    queries.findLatestChain(postgres, program),
  ]);
  const tracking = await trackingGate(deps, program, seen, now, options.look);
  const isLive = seen.click !== null || seen.lead !== null || seen.payment !== null;
  const verdict = chain?.verdict ?? noChain;
  const isProved = verdict.sale === 'attributed' && verdict.click === 'attributed';
  const gates: Readiness['gates'] = {
    profile:
      program.status === 'archived'
        ? { status: 'fail', next_action: 'complete_program_profile' }
        : { status: 'pass' },
    economics:
      policy === undefined ? { status: 'fail', next_action: 'set_commission_policy' } : { status: 'pass' },
    payout: payoutGate(deps, program, setUp),
    tracking,
    live:
      isProved || isLive
        ? { status: 'pass', test_chain: verdict }
        : { status: 'fail', next_action: 'run_synthetic_sale_chain', test_chain: verdict },
  };
  const blocker = gateNames.find((name) => gates[name].status !== 'pass') ?? null;
  const state = stateOf(blocker, isLive, seen.testPayment !== null || chain !== null);
  const readiness: Readiness = {
    program_id: program.id,
    state,
    integration_verified: state === 'integration_verified' || state === 'live_verified',
    blocker,
    gates,
    last_event_at: { click: iso(seen.click), lead: iso(seen.lead), sale: iso(seen.payment) },
    counts_24h: counts,
    key_rotated_at: iso(setUp.keyRotatedAt),
    poll: { retry_after_seconds: 5 },
  };
  return {
    readiness,
    seen: {
      pageview: { at: iso(seen.pageview), test_at: null },
      click: { at: iso(seen.click), test_at: iso(seen.testClick) },
      lead: { at: iso(seen.lead), test_at: iso(seen.testLead) },
      payment: { at: iso(seen.payment), test_at: iso(seen.testPayment) },
    },
    verification: chain,
    public_url: deps.publicUrl(),
  };
}

function stateOf(blocker: GateName | null, isLive: boolean, wasTried: boolean): Readiness['state'] {
  if (blocker === null) return isLive ? 'live_verified' : 'integration_verified';
  if (blocker === 'profile') return 'draft';
  return blocker === 'live' && wasTried ? 'ready' : 'configuring';
}

/** Headwater moves no money, so paying by hand is enough; an account that was connected and is not any more stands in the way. */
function payoutGate(
  deps: ReadDeps,
  program: Program,
  { stripe, tellsSales }: queries.SetUpFacts,
): Readiness['gates']['payout'] {
  if (stripe?.isConnected) return { status: 'pass', mode: 'stripe' };
  if (tellsSales) return { status: 'pass', mode: 's2s' };
  if (stripe === null) return { status: 'pass', mode: 'manual' };
  return {
    status: 'fail',
    mode: 'stripe',
    next_action: 'surface_stripe_connect_url',
    endpoint: `${deps.publicUrl()}/settings/stripe?program=${program.id}`,
  };
}

async function trackingGate(
  deps: ReadDeps,
  program: Program,
  seen: queries.SeenFacts,
  now: Date,
  look: 'lately' | 'again' | 'not',
): Promise<Readiness['gates']['tracking']> {
  if (Object.values(seen).some((at) => at !== null))
    return { status: 'pass', detail: 'receiving_events', checked_at: now.toISOString() };
  const check =
    look === 'not'
      ? await queries.findTrackerCheck(deps.postgres, program)
      : await lookForTracker(deps, program, now, look === 'again');
  const checkedAt = check?.checkedAt.toISOString() ?? null;
  if (check?.found === 'installed')
    return { status: 'pass', detail: 'tracker_installed', checked_at: checkedAt };
  return { status: 'fail', checked_at: checkedAt, next_action: 'install_tracker_or_send_events' };
}

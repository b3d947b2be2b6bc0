import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { CliStatus } from '@headwater/contract';
import { type Clock, dayMs, type Postgres } from '../platform/index.ts';
import { countRecent, findSetUp } from '../readiness/index.ts';
import type { Program } from '../workspaces/index.ts';
import { countProgram } from './queries.ts';

/** How a program is doing, in a few figures. */
export async function readStatus(
  { postgres, clock }: { postgres: Postgres; clock: Clock },
  program: Program,
): Promise<CliStatus> {
  const now = clock.now();
  const [setUp, recent, counts, hasAddress] = await Promise.all([
    findSetUp(postgres, program),
    countRecent(postgres, program, new Date(now.getTime() - dayMs)),
    countProgram(postgres, program.workspaceId, program.id),
    resolves(program.domain),
  ]);
  return {
    ...{ program_id: program.id, name: program.name, domain: program.domain, dns_verified: hasAddress },
    stripe_connected: setUp.stripe?.isConnected ?? false,
    stripe_charges_enabled: (setUp.stripe?.isConnected && setUp.stripe.chargesEnabled) || false,
    recent_events: { clicks_24h: recent.clicks, leads_24h: recent.leads, sales_24h: recent.sales },
    active_partners: counts.activePartners,
    pending_commissions: counts.pendingCommissions,
  };
}

const dnsPatienceMs = 1500;

/**
 * Whether a domain has an address; a resolver that does not answer in time has none for us. Asked of the name servers and not
 * by `lookup`, which holds one of the process's few threads for as long as somebody's name server likes.
 */
async function resolves(domain: string): Promise<boolean> {
  // Known without asking anybody.
  if (isIP(domain) !== 0 || domain === 'localhost') return true;
  const resolver = new Resolver();
  const patience = setTimeout(() => resolver.cancel(), dnsPatienceMs);
  return Promise.any([resolver.resolve4(domain), resolver.resolve6(domain)])
    .then(
      (addresses) => addresses.length > 0,
      () => false,
    )
    .finally(() => clearTimeout(patience));
}

import { type Clock, invariant, type Postgres } from '../platform/index.ts';
import type { FeeSettings } from './decide-fee.ts';
import type { PaymentFact } from './payment.ts';
import type { KeyScope } from './queries.ts';

/** What the doors of this room stand on. */
export interface PaymentDeps {
  postgres: Postgres;
  clock: Clock;
  fees: FeeSettings;
}

/** A program's transaction ids are shared by its website's payments (contract §6.2). Test ids are a world of their own. */
export function keyScope(fact: Pick<PaymentFact, 'program' | 'website'>, isTest: boolean): KeyScope {
  const { program, website } = fact;
  const owner = program ?? website;
  invariant(owner !== null, 'a payment belongs to a program or a website');
  return {
    workspaceId: owner.workspaceId,
    scope: program !== null ? `p${program.id}` : `w${website?.id}`,
    isTest,
  };
}

/** The same for a caller who brings a transaction of its own. */
export type SettleDeps = Omit<PaymentDeps, 'postgres'>;

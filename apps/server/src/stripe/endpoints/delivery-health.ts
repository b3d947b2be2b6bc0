import { LRUCache } from 'lru-cache';
import { type Log, minuteMs, type Postgres } from '../../platform/index.ts';
import * as queries from './queries.ts';

/** Deliveries that this process refused, of one program. */
export interface Refusals {
  count: number;
  lastAt: Date;
  lastReason: 'invalid_signature' | 'missing_signature' | 'not_a_stripe_event';
}

/**
 * How deliveries to a program fare: when each endpoint was last heard of, and what was refused. It is what somebody looks
 * at first who asks why a sale is not there.
 */
export interface DeliveryHealth {
  accepted(program: { workspaceId: number; id: number }, endpointId: number, at: Date): void;
  refused(programId: number, reason: Refusals['lastReason'], at: Date): void;
  refusalsOf(programId: number): Refusals | null;
  /** Resolves when what was accepted so far is noted. */
  settled(): Promise<void>;
}

export function createDeliveryHealth(postgres: Postgres, log: Log): DeliveryHealth {
  // Written once a minute an endpoint: a write an event would cost as much as storing it.
  const written = new LRUCache<string, number>({ max: 10_000 });
  // In memory, since anybody may send rubbish: it must not cost a write. Since the process started, and only its own.
  const refusals = new LRUCache<number, Refusals>({ max: 10_000 });
  const writing = new Set<Promise<void>>();
  return {
    accepted(program, endpointId, at) {
      const key = `${program.id}/${endpointId}`;
      if (at.getTime() - (written.get(key) ?? 0) < minuteMs) return;
      written.set(key, at.getTime());
      const write = queries
        .touchEndpoint(postgres, program, endpointId, at)
        .catch((error) => {
          written.delete(key);
          log.warn({ err: error }, 'when an endpoint was last heard of is not noted');
        })
        .finally(() => writing.delete(write));
      writing.add(write);
    },
    refused(programId, reason, at) {
      refusals.set(programId, {
        count: (refusals.get(programId)?.count ?? 0) + 1,
        lastAt: at,
        lastReason: reason,
      });
    },
    refusalsOf: (programId) => refusals.get(programId) ?? null,
    async settled() {
      await Promise.all(writing);
    },
  };
}

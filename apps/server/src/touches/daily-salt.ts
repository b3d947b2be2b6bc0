import { randomBytes } from 'node:crypto';
import type { Hasher, Postgres } from '../platform/index.ts';
import * as queries from './queries.ts';

/** The salt of a UTC day, the same in every process, destroyed when the day is over: what was made with it equals nothing then. */
export type DailySalt = (now: Date) => Promise<Buffer>;

export function createDailySalt(postgres: Postgres): DailySalt {
  let today: { day: string; salt: Buffer } | undefined;
  return async (now) => {
    const day = now.toISOString().slice(0, 10);
    if (today?.day !== day) today = { day, salt: await queries.getDailySalt(postgres, day, randomBytes(32)) };
    return today.salt;
  };
}

/** A client's address as what can be compared within a program and a day, and no longer. */
export type DigestAddress = (programId: number, address: string, now: Date) => Promise<string>;

export function createDigestAddress(saltOf: DailySalt, hasher: Hasher): DigestAddress {
  return async (programId, address, now) =>
    hasher.visitor(await saltOf(now), ['address', String(programId), address]);
}

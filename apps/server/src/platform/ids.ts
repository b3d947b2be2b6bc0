import { randomFillSync } from 'node:crypto';
import { dayMs } from './clock.ts';

// Random bytes are drawn in bulk: one call of the system's generator per id would be felt on the ingest path.
const pool = Buffer.allocUnsafe(16 * 1024);
let used = pool.length;

/** `count` fresh random bytes, valid until the next call. */
function draw(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/** An opaque id with 128 random bits, url-safe: `<prefix>_` and 22 characters. */
export function newId(prefix: string): string {
  return `${prefix}_${draw(16).toString('base64url')}`;
}

/** A secret token with 192 random bits, url-safe: the prefix and 32 characters. */
export function newToken(prefix: 'aff_' | 'tf_' | 'affk_' | 'hwl_'): string {
  return prefix + draw(24).toString('base64url');
}

/** Random version-4-like UUID for an event; unique, not secret. */
export function newEventId(): string {
  const hex = draw(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const clickIdPattern = /^clk_[A-Za-z0-9_-]{30}$/;
const scratch = Buffer.alloc(22);

/**
 * A click id: `clk_` and 30 url-safe characters that hold the program (32 bits), the UTC day (16 bits) and 128
 * random bits. Program and day are no secrets; they let a look-up by id alone read one tenant and one partition.
 */
export function newClickId(programId: number, at: Date): string {
  scratch.writeUInt32BE(programId, 0);
  scratch.writeUInt16BE(Math.floor(at.getTime() / dayMs), 4);
  draw(16).copy(scratch, 6);
  return `clk_${scratch.toString('base64url')}`;
}

export interface ClickIdParts {
  programId: number;
  /** Start of the UTC day of the click. */
  day: Date;
}

/** The program and day of a click id, or undefined for text that no click ever had. */
export function parseClickId(clickId: string): ClickIdParts | undefined {
  if (!clickIdPattern.test(clickId)) return undefined;
  const bytes = Buffer.from(clickId.slice(4), 'base64url');
  return { programId: bytes.readUInt32BE(0), day: new Date(bytes.readUInt16BE(4) * dayMs) };
}

import { createHash } from 'node:crypto';
import type { Program } from '../workspaces/index.ts';

/** What stands for a foreign id: nobody's name can be read from it. */
export function keyOf(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\u0000')).digest().subarray(0, 16);
}

export const clickScope = (program: Program) => `clicks ${program.id}`;

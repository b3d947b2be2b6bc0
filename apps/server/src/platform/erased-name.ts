import { createHash } from 'node:crypto';

/**
 * The name that stands for another one once its person is erased; the same as PostgreSQL's `erased_name`. `salt` is the
 * erasure's own and is thrown away afterwards.
 */
export function erasedName(salt: Buffer, old: string): string {
  if (old.startsWith('erased_')) return old;
  return `erased_${createHash('sha256').update(salt).update(old, 'utf8').digest('hex').slice(0, 32)}`;
}

/** The same for a keyed hash of an email address; PostgreSQL's `erased_hash`. */
export function erasedHash(salt: Buffer, old: Buffer): Buffer {
  return createHash('sha256').update(salt).update(old).digest();
}

import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** SHA-256 of a token: what is stored and looked up. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** How a token is shown after its one showing (contract §2). */
export function maskToken(token: string): string {
  if (token.startsWith('affk_')) return `affk_${token.slice(5, 11)}…${token.slice(-4)}`;
  const prefix = token.startsWith('aff_') ? 'aff_' : 'tf_';
  return `${prefix}${token.slice(prefix.length, prefix.length + 8)}****${token.slice(-4)}`;
}

/** Tells one installation's secret from another's, and nothing of what it is. */
export function secretFingerprint(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'headwater secret fingerprint', 16)).toString('hex');
}

/** A person's email as it is kept: never the address itself. */
export interface EmailIdentity {
  hash: Buffer;
  /** e.g. `j***@example.com` */
  masked: string;
}

/** Keyed hashing of what identifies people. One per installation, from HEADWATER_SECRET. */
export interface Hasher {
  /** Undefined for text that is no email address. Trims and lower-cases first (contract §1). */
  email(address: string): EmailIdentity | undefined;
  /** Names a cookieless visitor for one day. */
  visitor(salt: Buffer, parts: readonly string[]): string;
}

// One @, something on both sides, a dot in the domain, no spaces or control characters. Finer rules refuse real people.
const emailPattern = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}.]+(?:\.[^\s@\p{Cc}.]+)+$/u;

export function isEmail(address: string): boolean {
  const trimmed = address.trim();
  return trimmed.length <= 254 && emailPattern.test(trimmed);
}

export function createHasher(secret: string): Hasher {
  const emailKey = Buffer.from(hkdfSync('sha256', secret, '', 'headwater email', 32));
  return {
    email(address) {
      const normal = address.trim().toLowerCase();
      if (!isEmail(normal)) return undefined;
      const [name = '', domain = ''] = normal.split('@');
      return {
        hash: createHmac('sha256', emailKey).update(normal).digest(),
        masked: `${[...name][0] ?? ''}***@${domain}`,
      };
    },
    visitor(salt, parts) {
      const digest = createHmac('sha256', salt).update(parts.join('\u0000')).digest();
      return `cl_${digest.subarray(0, 16).toString('base64url')}`;
    },
  };
}

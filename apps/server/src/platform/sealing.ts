import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { invariant } from './errors.ts';

/**
 * Secrets of others that we must be able to use again (webhook secrets, API keys): encrypted at rest with a key made from
 * HEADWATER_SECRET. `context` says what the secret belongs to and is authenticated with it, so that a sealed text
 * copied into another tenant's row opens nothing there.
 */
export interface Sealer {
  seal(text: string, context: string): Buffer;
  /** Throws when the text was changed, belongs to another context, or was sealed under another HEADWATER_SECRET. */
  open(sealed: Buffer, context: string): string;
  /** A keyed hash: finds the same secret again without keeping it readable. */
  fingerprint(text: string): Buffer;
}

// version (1 byte) · nonce (12) · ciphertext · tag (16). The version names the key: a later one is added to `keys` and
// seals from then on, and what the earlier one sealed stays readable until it is sealed anew.
const currentVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with keys derived from the installation's secret by HKDF-SHA256. */
export function createSealer(secret: string): Sealer {
  const keys = new Map([[1, derive(secret, 'headwater sealing 1')]]);
  const fingerprintKey = derive(secret, 'headwater fingerprint');
  const keyOf = (version: number): Buffer => {
    const key = keys.get(version);
    if (key === undefined) throw new Error('a sealed secret is of a version that this program does not know');
    return key;
  };
  return {
    seal(text, context) {
      const head = Buffer.from([currentVersion]);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyOf(currentVersion), nonce);
      cipher.setAAD(Buffer.concat([head, Buffer.from(context)]));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([head, nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, context) {
      invariant(sealed.length > 1 + nonceBytes + tagBytes, 'a sealed secret is whole');
      const head = sealed.subarray(0, 1);
      const nonce = sealed.subarray(1, 1 + nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(head[0] as number), nonce, {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.concat([head, Buffer.from(context)]));
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      const body = sealed.subarray(1 + nonceBytes, -tagBytes);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
    fingerprint: (text) => createHmac('sha256', fingerprintKey).update(text).digest(),
  };
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

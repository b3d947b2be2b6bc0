import Stripe from 'stripe';
import { invariant } from '../../platform/index.ts';
import type { SigningSecret } from '../endpoints/signing-secrets.ts';

const signatures = Stripe.webhooks.signature as NonNullable<typeof Stripe.webhooks.signature>;
invariant(signatures, 'the Stripe SDK brings its signature check along');

/** Seconds that a delivery's timestamp may be off, to either side. */
const toleranceSeconds = 300;

/**
 * The endpoint whose secret signed these bytes; undefined when none did, or when the timestamp is more than 300 s off.
 * Several secrets: while one is rolled, and for endpoints of several accounts on one address.
 *
 * Stripe's own check lets any timestamp of the future pass, so that a header made with milliseconds for seconds would be
 * good for ever: we refuse those too.
 */
export function findSigner(
  payload: Buffer,
  header: string,
  secrets: readonly SigningSecret[],
  now: Date,
): SigningSecret | undefined {
  const signedAt = Number(/(?:^|,)\s*t=(\d{1,15})(?:,|$)/.exec(header)?.[1]);
  if (!(signedAt - now.getTime() / 1000 <= toleranceSeconds)) return undefined;
  return secrets.find(({ secret }) => isSignedWith(payload, header, secret, now));
}

function isSignedWith(payload: Buffer, header: string, secret: string, now: Date): boolean {
  try {
    signatures.verifyHeader(payload, header, secret, toleranceSeconds, undefined, now.getTime());
    return true;
  } catch {
    // Whatever it throws says that the header does not fit; not all of it is of the SDK's own class (an empty `v1=` is not).
    return false;
  }
}

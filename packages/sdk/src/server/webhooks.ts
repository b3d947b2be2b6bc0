import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookVerificationError } from './errors.ts';

/** What Headwater tells by webhook (docs/webhooks.md). */
export interface WebhookMessage {
  /** The same at every attempt: skip what you have seen. */
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export type HeaderSource = Headers | Record<string, string | string[] | undefined>;

export interface VerifyOptions {
  /** So far may the clocks be apart, and a message be old; seconds, default 300. */
  toleranceSeconds?: number;
  now?: Date;
}

const defaultToleranceSeconds = 300;

/**
 * Checks a message's signature (Standard Webhooks) and reads it.
 *
 * @param body the request's bytes as they came, not parsed and written again
 * @param secret `whsec_…`, or several while one is being replaced
 * @throws WebhookVerificationError when it is not signed by any of the secrets, or too old
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: HeaderSource,
  secret: string | readonly string[],
  { toleranceSeconds = defaultToleranceSeconds, now = new Date() }: VerifyOptions = {},
): WebhookMessage {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(headers, `webhook-${name}`),
  );
  if (!id || !timestamp || !signatures)
    throw new WebhookVerificationError(
      'The headers webhook-id, webhook-timestamp and webhook-signature are needed',
    );
  const age = now.getTime() / 1000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp) || Math.abs(age) > toleranceSeconds)
    throw new WebhookVerificationError('The message is too old, or a clock is wrong');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const expected = secrets.map((one) => Buffer.from(signatureOf(one, id, timestamp, text)));
  const isSigned = signatures.split(' ').some((given) => {
    const own = Buffer.from(given);
    return expected.some((one) => one.length === own.length && timingSafeEqual(one, own));
  });
  if (!isSigned)
    throw new WebhookVerificationError(
      'The signature does not match: is it the right secret, and the raw body?',
    );
  try {
    return { id, ...(JSON.parse(text) as Omit<WebhookMessage, 'id'>) };
  } catch (cause) {
    throw new WebhookVerificationError('The message is signed, but is not JSON', { cause });
  }
}

/**
 * The headers that Headwater would send with this body: for tests of your own receiver.
 *
 * @param secret `whsec_…`
 */
export function webhookTestHeaders(
  body: string,
  secret: string,
  { id = 'msg_test', now = new Date() }: { id?: string; now?: Date } = {},
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(secret, id, timestamp, body),
  };
}

function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([own]) => own.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}

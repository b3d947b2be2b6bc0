import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { AppError } from '../../platform/index.ts';
import type { StripeSettings } from './settings.ts';

/** Somebody's Stripe account as we may call it. */
export interface StripeAccess {
  stripe: Stripe;
  /** For calls on behalf of a connected account, with the platform's key. */
  account: string | undefined;
}

const timeoutMs = 20_000;

/** A client of Stripe's API: the official one, or whatever answers at `STRIPE_API_BASE`. */
export function openStripe(settings: Pick<StripeSettings, 'apiBase'>, key: string): Stripe {
  const base = settings.apiBase === undefined ? undefined : new URL(settings.apiBase);
  return new Stripe(key, {
    maxNetworkRetries: 2,
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'Headwater' },
    ...(base === undefined
      ? {}
      : {
          host: base.hostname,
          port: base.port === '' ? (base.protocol === 'https:' ? 443 : 80) : Number(base.port),
          protocol: base.protocol === 'https:' ? 'https' : 'http',
        }),
  });
}

/** The account that a call is for, as the SDK takes it. */
export function onAccount({ account }: StripeAccess): Stripe.RequestOptions {
  return account === undefined ? {} : { stripeAccount: account };
}

const attempts = 5;
const firstPauseMs = 250;

/**
 * A call of Stripe's API, in our words when it fails. Too many requests are answered by waiting, a little longer each time
 * and never for the same time as others: a monthly batch of look-ups may well reach the limit.
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeRateLimitError) || attempt === attempts) {
        throw toRefusal(error);
      }
      await sleep(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

// Stripe's own largest.
const pageSize = 100;

/**
 * A whole list of Stripe's, newest first, page by page. Each page is a call of its own that may wait and try again; the
 * SDK's paging would begin anew, and leaves a rejected promise behind that nobody can catch.
 */
export async function listAllOfStripe<Item extends { id: string }>(
  readPage: (page: {
    limit: number;
    starting_after?: string;
  }) => Promise<{ data: Item[]; has_more: boolean }>,
  most: number,
): Promise<Item[]> {
  const all: Item[] = [];
  for (;;) {
    const last = all.at(-1)?.id;
    const page = await callStripe(() =>
      readPage({ limit: pageSize, ...(last === undefined ? {} : { starting_after: last }) }),
    );
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
    if (all.length >= most) {
      throw new AppError('invalid_request', `More than ${most} objects: ask for a shorter period`);
    }
  }
}

/** What Stripe said, as a refusal of ours: the caller is told what to mend, and never a key. */
function toRefusal(error: unknown): unknown {
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) return error;
  const said = withoutKeys(error.message);
  const options = { cause: error };
  if (error instanceof errors.StripePermissionError) {
    return new AppError('stripe_permission_missing', `Stripe: ${said}`, options);
  }
  if (error instanceof errors.StripeAuthenticationError) {
    return new AppError(
      'stripe_refused',
      'Stripe does not know this key: it may be revoked, expired or cut off',
      options,
    );
  }
  if (error instanceof errors.StripeInvalidGrantError) {
    return new AppError(
      'stripe_refused',
      'Stripe does not accept the code: it was used, is too old, or is of the other mode (live or test). Start again',
      options,
    );
  }
  const isTheirs =
    error instanceof errors.StripeConnectionError ||
    error instanceof errors.StripeRateLimitError ||
    error instanceof errors.StripeAPIError;
  if (isTheirs) return new AppError('stripe_unreachable', undefined, { ...options, retryAfterSeconds: 30 });
  return new AppError('stripe_refused', `Stripe: ${said}`, options);
}

function withoutKeys(text: string): string {
  return text.replaceAll(/\b(?:[rs]k_(?:live|test)|whsec)_[\w*]+/g, '[key]').slice(0, 300);
}

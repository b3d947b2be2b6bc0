import { AppError } from '../../platform/index.ts';

/** What the inbox needs to know of an event; everything else stays in its payload. */
export interface Envelope {
  eventId: string;
  type: string;
  account: string | null;
  livemode: boolean;
  apiVersion: string | null;
  createdAt: Date;
}

const idPattern = /^[\w.:-]{1,255}$/;
const largestSecond = 253_402_300_799;

/**
 * Reads the envelope of a signed event; 400 for what is none. Thin events (API v2) carry no object, so there would be
 * nothing to book: the caller is told which kind of endpoint to make.
 */
export function readEnvelope(payload: Buffer): Envelope {
  const event = parse(payload);
  const { id, type, account, livemode, created, api_version: apiVersion } = event;
  if (typeof event.object === 'string' && event.object.startsWith('v2.')) {
    throw new AppError(
      'not_a_stripe_event',
      'This is a thin event (API v2), which carries no object: create a webhook endpoint for snapshot events',
    );
  }
  const isEvent =
    isId(id) &&
    isId(type) &&
    (account === undefined || account === null || isId(account)) &&
    typeof livemode === 'boolean' &&
    typeof created === 'number' &&
    created >= 0 &&
    created <= largestSecond &&
    isObject((event.data as { object?: unknown } | null | undefined)?.object);
  if (!isEvent) throw new AppError('not_a_stripe_event');
  return {
    eventId: id,
    type,
    account: account ?? null,
    livemode,
    apiVersion: isId(apiVersion) ? apiVersion : null,
    createdAt: new Date(created * 1000),
  };
}

function parse(payload: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new AppError('malformed_json', undefined, { cause });
  }
  if (!isObject(value)) throw new AppError('body_not_object');
  return value;
}

/**
 * The account that an unverified body names, and the program that its metadata names. Only good for choosing which secrets
 * to try: nothing of it is believed.
 */
export function readAddress(payload: Buffer): { account: string | null; programId: unknown } {
  let event: Record<string, unknown>;
  try {
    event = parse(payload);
  } catch {
    return { account: null, programId: undefined };
  }
  const object = (event.data as { object?: unknown } | null | undefined)?.object;
  return {
    account: isId(event.account) ? event.account : null,
    programId: isObject(object) ? programIdIn(object) : undefined,
  };
}

/** `program_id` of the object's own metadata, or of the subscription that an invoice is for, in any API version. */
function programIdIn(object: Record<string, unknown>): unknown {
  const parent = object.parent as { subscription_details?: unknown } | null | undefined;
  const holders = [object, parent?.subscription_details, object.subscription_details];
  for (const holder of holders) {
    const metadata = isObject(holder) ? holder.metadata : undefined;
    const programId = isObject(metadata) ? metadata.program_id : undefined;
    if (programId !== undefined && programId !== null) return programId;
  }
  return undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

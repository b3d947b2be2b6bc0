/**
 * What went wrong, by what the caller should do. `status` is null when there was no answer; `requestId` finds the
 * request in Headwater's own log.
 */
export class HeadwaterError extends Error {
  readonly status: number | null;
  readonly requestId: string | null;
  /** The answer's JSON, if it had any. */
  readonly body: unknown;

  constructor(message: string, { status, requestId, body, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.status = status ?? null;
    this.requestId = requestId ?? null;
    this.body = body;
  }
}

export interface ErrorDetails {
  status?: number;
  requestId?: string | null;
  body?: unknown;
  cause?: unknown;
}

/** Mend the call: the message names the field or the rule. Sending the same again changes nothing. */
export class InvalidRequestError extends HeadwaterError {}

/** Mend the key: it is missing, wrong, revoked, of another kind, or lacks the right that the message names. */
export class AuthenticationError extends HeadwaterError {}

/** Mend the id: there is no such thing, or it is not yours. */
export class NotFoundError extends HeadwaterError {}

/** Come again later with the same ids: tries are used up, or there was no answer in time. Nothing is counted twice. */
export class UnavailableError extends HeadwaterError {
  /** What the server asked for, if it did. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, details: ErrorDetails & { retryAfterSeconds?: number | null } = {}) {
    super(message, details);
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** A webhook message that is not from Headwater, or not to be believed any more. Answer it with 400. */
export class WebhookVerificationError extends HeadwaterError {}

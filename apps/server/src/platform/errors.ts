import { type ErrorCode, errorCatalogue } from '@headwater/contract';

/**
 * A refusal from the catalogue. Its message is public; the cause is for the log only.
 * Turned into HTTP in one place (http/errors.ts).
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** More members for the answer's body, e.g. the sale_id of a duplicate. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { cause?: unknown; details?: Record<string, unknown>; retryAfterSeconds?: number } = {},
  ) {
    super(message ?? errorCatalogue[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorCatalogue[code].status;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** A broken promise of our own code. Nobody catches it in the middle. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

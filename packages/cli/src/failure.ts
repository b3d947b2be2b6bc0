/** How the command ends, for scripts. In `headwater --help` and docs/cli.md. */
export const exitCodes = {
  ok: 0,
  /** The server, or Stripe, said no; the message says what to do. */
  refused: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** No server answers at HEADWATER_URL. */
  unreachable: 3,
  /** The key is missing, unknown, or lacks a permission. */
  unauthorized: 4,
  /** It worked, and found something wrong: money that is missing, rows refused, a check that fails. */
  found: 5,
} as const;

/** An end with a message that a person can act on. */
export class Failure extends Error {
  readonly exitCode: number;
  /** The server's code, for `--json`. */
  readonly code: string;
  /** How long the server asks to be left alone, where it does. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, exitCode: number, code: string, retryAfterSeconds?: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
    this.exitCode = exitCode;
    this.code = code;
  }
}

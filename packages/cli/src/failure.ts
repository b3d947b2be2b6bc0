/** How the command ends, for scripts. In `headwater --help` and docs/stripe-setup.md. */
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
  /** It worked, and found something wrong: money that is missing. */
  found: 5,
} as const;

/** An end with a message that a person can act on. */
export class Failure extends Error {
  readonly exitCode: number;
  /** The server's code, for `--json`. */
  readonly code: string;

  constructor(message: string, exitCode: number, code: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

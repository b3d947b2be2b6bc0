/** What somebody did. Never with a secret, nor an email address, in it: an entry is there for ever. */
export interface Act {
  /** `<thing>.<verb>`, as in `policy.add`. */
  act: string;
  /** Null where it concerns the workspace. */
  programId: number | null;
  /** What was changed, as in `partner 7`. */
  subject: string;
  reason?: string | undefined;
  /** What it was changed to. */
  details?: Readonly<Record<string, unknown>> | undefined;
}

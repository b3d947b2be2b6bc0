/**
 * The installation-wide advisory locks. Any numbers would do, as long as they are ours and no two are the same: they are
 * in one place because two files once chose the same one, and a job waited for ever for the other's lock.
 */
export const locks = {
  /** Held while migrations are applied. */
  migrate: 4_839_201,
  /** Held by the process that ships the event log. */
  ship: 4_839_202,
  /** Held while the first workspace and its key are made. */
  bootstrap: 4_839_203,
  /** Held while link clicks are folded. */
  foldLinkClicks: 4_839_204,
  /** Held while commissions whose hold is over are released. */
  releaseHolds: 4_839_205,
} as const;

/**
 * Where a commission's money stands, as balances owed to the partner. Negative `approved` is what was billed and is to be
 * credited by the next invoice.
 */
export interface Placement {
  pendingMinor: bigint;
  approvedMinor: bigint;
  disputedMinor: bigint;
}

/**
 * Pure: where the kept part of a commission belongs. Its hold decides between pending and approved, what was billed or
 * paid out already is taken off, and the part that an open dispute may still take is set apart, as far as it is not sent.
 * A function of the state and not of what happened to it: refunds, disputes and their undoing commute.
 */
export function placeKept(commission: {
  keptMinor: bigint;
  /** What would be taken back if every open dispute were lost. */
  atRiskMinor: bigint;
  /** Billed to the program, and not in a payout. */
  invoicedMinor: bigint;
  /** Paid out, or in a payout that is under way. */
  paidMinor: bigint;
  /** The hold is over and the commission was approved. */
  released: boolean;
}): Placement {
  const { keptMinor, atRiskMinor, invoicedMinor, paidMinor, released } = commission;
  const unpaid = keptMinor - paidMinor;
  const disputedMinor = within(atRiskMinor, unpaid);
  const rest = unpaid - disputedMinor - invoicedMinor;
  return released || paidMinor !== 0n || invoicedMinor !== 0n
    ? { pendingMinor: 0n, approvedMinor: rest, disputedMinor }
    : { pendingMinor: rest, approvedMinor: 0n, disputedMinor };
}

/** As much as there is, and not less than nothing. */
function within(minor: bigint, most: bigint): bigint {
  if (most <= 0n || minor <= 0n) return 0n;
  return minor < most ? minor : most;
}

/** Money that went back as its provider tells it: one entry a refund, lost dispute or credit note. */
export interface WantedRefund {
  key: string;
  amountMinor: bigint;
  at: Date;
}

/** A refund as it stands in our books. */
export interface BookedRefund {
  id: bigint;
  key: string | null;
  source: string;
  amountMinor: bigint;
  isUndone: boolean;
}

export interface RefundPlan {
  /** Rows that count no more. */
  undo: BookedRefund[];
  insert: WantedRefund[];
}

/**
 * Pure: how the refunds of a payment come to say what the provider says of them. In their own order each takes its amount
 * of what is left of the payment, whatever came first. Rows are never edited: one that is wrong is marked, and written
 * anew under its next key.
 *
 * Together they never exceed the payment, nor the provider's own total: a refund that our API was told of without an id
 * is most likely one of those, so it is not counted twice.
 */
export function planRefunds(
  booked: readonly BookedRefund[],
  wanted: readonly WantedRefund[],
  amountMinor: bigint,
): RefundPlan {
  const inOrder = [...wanted].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1));
  const standing = booked.filter((row) => !row.isUndone);
  const told = standing.filter((row) => row.source !== 'stripe');
  const whole = sum(inOrder);
  let left = (whole < amountMinor ? whole : amountMinor) - sum(told);
  const parts: WantedRefund[] = [];
  for (const want of inOrder) {
    if (told.some(({ key }) => key === want.key)) continue;
    const room = left > 0n ? left : 0n;
    const part = want.amountMinor < room ? want.amountMinor : room;
    parts.push({ ...want, amountMinor: part });
    left -= part;
  }
  const isAsWanted = (row: BookedRefund) =>
    parts.some(({ key, amountMinor: part }) => key === baseKey(row.key) && part === row.amountMinor);
  const own = standing.filter((row) => row.source === 'stripe');
  const kept = own.filter(isAsWanted);
  return {
    undo: own.filter((row) => !isAsWanted(row)),
    insert: parts
      .filter(({ key }) => !kept.some((row) => baseKey(row.key) === key))
      .map((part) => ({ ...part, key: nextKey(part.key, booked) })),
  };
}

function sum(parts: readonly { amountMinor: bigint }[]): bigint {
  return parts.reduce((total, part) => total + part.amountMinor, 0n);
}

/** `re_1~2` is the second row of `re_1`. */
function baseKey(key: string | null): string | null {
  return key === null ? null : key.replace(/~\d+$/, '');
}

function nextKey(key: string, booked: readonly BookedRefund[]): string {
  const earlier = booked.filter((row) => baseKey(row.key) === key).length;
  return earlier === 0 ? key : `${key}~${earlier + 1}`;
}

import type { PastPayment } from './provider-queries.ts';

/** Another door has found the partner since. */
export function wasDecidedByOther({ decision }: PastPayment): boolean {
  return decision?.attributed === true && isOtherDoor(decision.cause);
}

export function isOtherDoor(cause: string): boolean {
  return cause === 'sale' || cause === 'attribute_payment';
}

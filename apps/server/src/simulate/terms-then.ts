import type { Policy } from '../commissions/index.ts';
import type { Draft, PastPayment, World } from './past.ts';

/** The terms of a partner for a payment, as they would have been, and whether they are the draft's. */
export function termsThen(
  world: World,
  draft: Draft,
  partnerId: number,
  payment: Pick<PastPayment, 'occurredAt' | 'productId'>,
): { policy: Policy | null; isDraft: boolean } {
  const at = payment.occurredAt.getTime();
  const membership = world.memberships.get(partnerId)?.find(({ since }) => since.getTime() <= at);
  if (membership === undefined) return { policy: null, isDraft: false };
  const policy = inForce(world.policies, membership.groupId, payment);
  return draft.policy !== undefined && replaces(draft.policy, membership.groupId, policy, payment.productId)
    ? { policy: draft.policy, isDraft: true }
    : { policy, isDraft: false };
}

/** The group's newest version at the time; a product's own first. */
function inForce(
  policies: readonly Policy[],
  groupId: number,
  { occurredAt, productId }: Pick<PastPayment, 'occurredAt' | 'productId'>,
): Policy | null {
  const rank = (one: Policy) => [one.productId === null ? 0 : 1, one.effectiveFrom.getTime(), one.version];
  let best: Policy | null = null;
  for (const one of policies) {
    if (one.groupId !== groupId || one.effectiveFrom > occurredAt) continue;
    if (one.productId !== null && one.productId !== productId) continue;
    if (best === null || isAfter(rank(one), rank(best))) best = one;
  }
  return best;
}

function isAfter(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, place) => value !== b[place]);
  return index >= 0 && (a[index] as number) > (b[index] as number);
}

/** General terms replace general ones; those of a product all that held for the product. */
function replaces(draft: Policy, groupId: number, held: Policy | null, productId: string | null): boolean {
  if (draft.groupId !== groupId) return false;
  if (draft.productId !== null) return draft.productId === productId;
  return held === null || held.productId === null;
}

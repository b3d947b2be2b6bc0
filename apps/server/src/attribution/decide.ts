import type { Candidate, Decision, LostReason } from './decision.ts';
import type { Credit, Followed, Model, Question, Touch, UnattributedReason } from './question.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Decides who a payment is attributed to, and says of every click why it won or lost (contract §8, Who).
 *
 * 1. A bound customer stays with the bound partners that are still enrolled, whatever was clicked since.
 * 2. Else a subscription's payment gets the answer of the subscription's first recorded payment.
 * 3. Else the program's model chooses among the clicks of enrolled partners at or before the payment and inside the
 *    window. A click exactly `windowDays` × 24 hours old is inside. Nobody clicked: the partner whom the payment names.
 *
 * Where bound or followed partners have left, those who stay share the whole payment; where all have left there is
 * nobody to credit, and newer clicks do not step in.
 */
export function decide(question: Question): Decision {
  const asked = { ...question, touches: newestFirst(question.touches) };
  if (asked.bound) return keepCredits(asked, asked.bound.credits, true);
  if (asked.followed) return follow(asked, asked.followed);
  return chooseByModel(asked);
}

function keepCredits(question: Question, credits: readonly Credit[], bound: boolean): Decision {
  const kept = credits.filter((credit) => question.enrolledPartners.has(credit.partnerId));
  const lost = () => 'customer_bound' as const;
  if (kept.length === 0) return unattributed(question, 'partner_not_enrolled', null, lost);
  return attributed(question, bound, kept, lost);
}

function follow(question: Question, first: Followed): Decision {
  if (first.attributed) return keepCredits(question, first.credits, false);
  // The window was not asked again, but a click outside it lost for that reason and no other.
  const lost = (touch: Touch) => (isInside(question, touch) ? 'customer_bound' : 'outside_window');
  return unattributed(question, first.reason, first.clickAgeDays, lost);
}

function chooseByModel(question: Question): Decision {
  const { touches, model, paidAt } = question;
  const before = touches.filter((touch) => touch.clickedAt <= paidAt);
  const eligible = before.filter((touch) => touch.enrolled);
  const newest = eligible[0];
  if (!newest) {
    const { named } = question;
    if (touches.length === 0 && named !== null && question.enrolledPartners.has(named)) {
      return attributed(
        question,
        false,
        [{ clickId: null, partnerId: named, weight: 1n }],
        () => 'older_click',
      );
    }
    const reason = before.length > 0 ? 'partner_not_enrolled' : 'no_touch';
    // Every click is after the payment or of a partner who left, so this wording is never used.
    return unattributed(question, reason, null, () => 'outside_window');
  }
  const inside = eligible.filter((touch) => isInside(question, touch));
  if (inside.length === 0) {
    const ageDays = ageInDays(newest, paidAt);
    return unattributed(question, 'attribution_window_expired', ageDays, () => 'outside_window');
  }
  const credits = winners(inside, model).map(({ clickId, partnerId }) => ({
    clickId,
    partnerId,
    weight: 1n,
  }));
  // Under linear every click inside wins, so the reason is asked for only under the other two.
  const passedOver = model === 'first_click' ? 'newer_click' : 'older_click';
  const lost = (touch: Touch) => (isInside(question, touch) ? passedOver : 'outside_window');
  return attributed(question, false, credits, lost);
}

/** @param inside newest first */
function winners(inside: readonly Touch[], model: Model): readonly Touch[] {
  if (model === 'last_click') return inside.slice(0, 1);
  if (model === 'first_click') return inside.slice(-1);
  return inside;
}

function attributed(
  question: Question,
  bound: boolean,
  credits: Credit[],
  lost: (touch: Touch) => LostReason,
): Decision {
  const credited = new Set(credits.map((credit) => credit.clickId));
  return { attributed: true, bound, credits, candidates: judge(question, credited, lost) };
}

function unattributed(
  question: Question,
  reason: UnattributedReason,
  clickAgeDays: number | null,
  lost: (touch: Touch) => LostReason,
): Decision {
  return { attributed: false, reason, clickAgeDays, candidates: judge(question, new Set(), lost) };
}

/**
 * A credited click won, whatever else is true of it: a bound click may even be newer than a payment that is recorded
 * late. A click after the payment or of a partner who left lost for that; `lost` words the rest.
 */
function judge(
  { touches, paidAt }: Question,
  credited: ReadonlySet<string | null>,
  lost: (touch: Touch) => LostReason,
): Candidate[] {
  const reasonOf = (touch: Touch): LostReason | null => {
    if (credited.has(touch.clickId)) return null;
    if (touch.clickedAt > paidAt) return 'after_payment';
    if (!touch.enrolled) return 'partner_not_enrolled';
    return lost(touch);
  };
  return touches.map((touch) => {
    const { clickId, partnerId, clickedAt } = touch;
    const reason = reasonOf(touch);
    const outcome = reason === null ? 'won' : 'lost';
    return { clickId, partnerId, clickedAt, ageDays: ageInDays(touch, paidAt), outcome, reason };
  });
}

/** A total order, so that the order of the input never matters: by time, then by click id (code units), both falling. */
function newestFirst(touches: readonly Touch[]): Touch[] {
  const once = new Map(touches.map((touch) => [touch.clickId, touch]));
  return [...once.values()].sort(
    (a, b) => b.clickedAt.getTime() - a.clickedAt.getTime() || (a.clickId > b.clickId ? -1 : 1),
  );
}

function isInside({ paidAt, windowDays }: Question, touch: Touch): boolean {
  return paidAt.getTime() - touch.clickedAt.getTime() <= windowDays * dayMs;
}

function ageInDays(touch: Touch, paidAt: Date): number {
  return Math.floor((paidAt.getTime() - touch.clickedAt.getTime()) / dayMs);
}

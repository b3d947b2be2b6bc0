import type { PortalExplanation } from '@headwater/contract';
import type { ArithmeticStep } from '../commissions/index.ts';

const toPartner = / to partner (\d+)$/;

/**
 * Of the arithmetic of a payment, what is one partner's. Where a payment is shared, each partner's steps stand one after the
 * other: base, tier and commission, bounds, the share that names them, a cap. The platform's fee is the program's affair.
 */
export function ownSteps(all: readonly ArithmeticStep[], partnerId: number): PortalExplanation['arithmetic'] {
  const steps = all.filter(({ step }) => step !== 'fee');
  if (!steps.some(({ step }) => step === 'share')) return [...steps];
  const share = steps.findIndex(({ text }) => toPartner.exec(text)?.[1] === String(partnerId));
  // Shared, and not found: nothing that could be somebody else's.
  if (share < 0) return [];
  let from = share;
  while (from > 0 && steps[from]?.step !== 'commission') from -= 1;
  while (/^(?:base|tier)$/.test(steps[from - 1]?.step ?? '')) from -= 1;
  let to = share + 1;
  while (steps[to]?.step === 'cap') to += 1;
  return steps
    .slice(from, to)
    .map(({ step, text, result }) => ({ step, text: text.replace(toPartner, ''), result }));
}

import { amountOfSale, capForCustomer, type Policy, splitByCredits } from '../commissions/index.ts';
import type { PaymentBalance } from '../ledger/index.ts';
import { bpsOf } from '../money/index.ts';
import { booksOfPayment, difference } from '../payments/index.ts';
import type { CheckedCommission, CheckedPayment } from './queries.ts';

/** The first thing that is wrong, named. */
export interface Fault {
  check: string;
  what: string;
  why: string;
}

/**
 * Pure: what is wrong with a payment, its commissions and its books; null when nothing is. Each commission is reckoned
 * again from payment and policy, and the entries are held against where the facts say they belong.
 */
export function checkPayment(
  payment: CheckedPayment,
  commissions: readonly CheckedCommission[],
  balances: readonly PaymentBalance[],
  policyOf: (id: number) => Policy | undefined,
): Fault | null {
  for (const commission of commissions) {
    const why = commission.isSuperseded ? null : whyWrong(payment, commission, policyOf(commission.policyId));
    if (why !== null) return { check: 'commissions', what: `commission ${commission.commissionId}`, why };
  }
  const what = `payment ${payment.id}`;
  if (payment.feeMinor !== null && payment.feeBps !== null) {
    const whole = bpsOf(payment.amountMinor, payment.feeBps);
    if (payment.feeMinor !== 0n && payment.feeMinor !== whole) {
      return { check: 'fees', what, why: `its fee is ${payment.feeMinor}, not ${whole} or free` };
    }
  }
  const { wanted } = booksOfPayment(payment, payment, commissions, balances);
  const [first] = difference(balances, wanted);
  if (first === undefined) return null;
  const { account, amountMinor, currency } = first;
  return { check: 'balances', what, why: `${account} lacks ${amountMinor} ${currency} by its facts` };
}

function whyWrong(
  payment: CheckedPayment,
  commission: CheckedCommission,
  policy: Policy | undefined,
): string | null {
  if (policy === undefined) return 'its policy is not there';
  const { basis } = commission;
  // What a second door added to a payment stands in the basis alone.
  const isRestated = payment.cause !== null && payment.cause !== 'recorded' && payment.source !== 'stripe';
  const stored = { tax: Number(payment.taxMinor), shipping: Number(payment.shippingMinor) };
  if (basis !== null && !isRestated && (basis.tax !== stored.tax || basis.shipping !== stored.shipping)) {
    return `tax or shipping are not those of payment ${payment.id}`;
  }
  const { tax, shipping } = basis ?? stored;
  const whole = amountOfSale(policy, {
    amountMinor: payment.amountMinor,
    taxMinor: BigInt(tax),
    shippingMinor: BigInt(shipping),
    currency: payment.currency,
    byStripe: basis?.byStripe ?? payment.source === 'stripe',
    volumeBeforeMinor: BigInt(basis?.volumeBefore ?? 0),
  });
  if (whole === undefined) return `policy ${policy.id} pays for no sales`;
  const credits = (payment.credits ?? []).map((credit) => ({ ...credit, weight: BigInt(credit.weight) }));
  const share = credits.some(({ partnerId }) => partnerId === commission.partnerId)
    ? splitByCredits(whole.amountMinor, credits).find(({ partnerId }) => partnerId === commission.partnerId)
    : undefined;
  if (share === undefined) return `payment ${payment.id} does not credit its partner`;
  const own = { amountMinor: share.amountMinor, currency: whole.currency };
  const { amountMinor } = capForCustomer(policy, own, BigInt(basis?.earnedBefore ?? 0));
  if (amountMinor !== commission.amountMinor || whole.currency !== commission.currency) {
    const due = `${amountMinor} ${whole.currency}`;
    return `it is ${commission.amountMinor} ${commission.currency}, but policy ${policy.id} gives ${due}`;
  }
  return null;
}

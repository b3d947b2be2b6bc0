import type { Claim, PaymentFact, ProviderPayment } from '../../payments/index.ts';
import type { Program } from '../../workspaces/index.ts';
import type { Identification, IdentifiedPayer } from '../identity/identify-payers.ts';
import type { Family } from './families.ts';
import { warningsOf } from './warnings.ts';

/** Why a family of Stripe objects is no payment in our books. A closed list, kept with the event. */
export type FamilyNote =
  | 'zero_amount'
  | 'unpaid_session'
  | 'unpaid_invoice'
  | 'waits_for_invoice'
  | 'no_payment'
  | 'other_program'
  | 'customer_not_found';

/** What the books are asked for, and why not more. */
export interface Wanted {
  payment: ProviderPayment;
  note: FamilyNote | null;
}

/** Pure: what we say to the payments room about one of Stripe's payments, given who its payer is. */
export function wantedOf(family: Family, program: Program, identification: Identification): Wanted {
  const payer = family.payer === null ? undefined : identification.payers.get(family.payer);
  const customerId = payer?.customerId ?? null;
  const trail = trailOf(family, payer);
  const [first, ...rest] = trail;
  const isFound = (payer?.resolution.hits.size ?? 0) > 0;
  const email = family.said.emails[0] ?? null;
  const claim: Claim = {
    foundBy: first?.kind ?? null,
    value: first?.value ?? '',
    evidence: rest,
    namedPartnerId: payer?.resolution.namedPartnerId ?? null,
    emailHash: email?.hash ?? null,
    warnings: warningsOf(family, identification, isFound),
  };
  const note = whyNot(family, program, customerId);
  const { keys, refunds, disputes } = family;
  const fact = note === null ? factOf(family, program, email) : null;
  return {
    payment: { keys, fact, isWithdrawn: note === 'other_program', customerId, claim, refunds, disputes },
    note,
  };
}

function whyNot(family: Family, program: Program, customerId: bigint | null): FamilyNote | null {
  const { money, said } = family;
  if (typeof money === 'string') return money;
  const [named] = said.programs;
  if (named !== undefined && named !== String(program.id)) return 'other_program';
  return customerId === null && program.organicPayments === 'reject' ? 'customer_not_found' : null;
}

function factOf(
  family: Family,
  program: Program,
  email: { hash: string; masked: string } | null,
): PaymentFact | null {
  const { money, subscription } = family;
  if (typeof money === 'string') return null;
  return {
    source: 'stripe',
    program,
    website: null,
    transactionId: family.keys[0] ?? family.root,
    ...money,
    saleType: subscription === null ? 'payment' : 'subscription',
    isRecurring: family.isRenewal,
    subscriptionId: subscription,
    subscriptionInterval: family.interval,
    productId: family.productId,
    lineItems: null,
    additionalData: null,
    occurredAt: family.occurredAt,
    customerKey: null,
    clickId: null,
    email: email === null ? null : { hash: Buffer.from(email.hash, 'hex'), masked: email.masked },
    visit: null,
  };
}

interface Step {
  kind: NonNullable<Claim['foundBy']>;
  value: string;
}

/**
 * What led to the customer, in the order of the look-up (contract §7): click, email, Stripe's customer, customer key,
 * partner code. Stripe's customer leads there for the purchases that follow the one which made the link.
 */
function trailOf(family: Family, payer: IdentifiedPayer | undefined): Step[] {
  if (payer === undefined || payer.customerId === null) return [];
  const { resolution } = payer;
  const { said } = family;
  const hit = (kind: Step['kind'], key: string, value = key): Step[] =>
    resolution.hits.has(`${kind} ${key}`) ? [{ kind, value }] : [];
  const isCustomer = family.payer !== family.root && family.payer !== null;
  const follows = resolution.linkedBy !== family.purchase;
  const byCustomer: Step[] = isCustomer ? [{ kind: 'stripe_customer', value: family.payer as string }] : [];
  const steps: Step[] = [
    ...said.clicks.flatMap((click) => hit('click_id', click)),
    ...said.emails.flatMap(({ hash, masked }) => hit('email', hash, masked)),
    ...(follows ? byCustomer : []),
    ...said.keys.flatMap((key) => hit('customer_key', key)),
    ...said.codes.flatMap((code) => hit('partner_code', code)),
    ...(follows ? [] : byCustomer),
  ];
  const [key] = said.keys;
  // Nobody had this key; where organic payments are recorded it makes a customer, as it does for sales.
  return steps.length > 0 || key === undefined ? steps : [{ kind: 'customer_key', value: key }];
}

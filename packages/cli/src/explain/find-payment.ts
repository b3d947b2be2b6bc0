import type { PaymentItem } from '@headwater/contract';
import type { Context } from '../context.ts';
import { programPath } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { money } from '../money.ts';
import { moment } from '../output.ts';

/**
 * The number of a payment that somebody named by any id of it: of the sale, of Stripe's session, intent, charge or invoice.
 * Tests are found as well. More than one, which takes a customer's key: which?
 */
export async function findPayment(
  context: Context,
  text: string,
  program: string | undefined,
): Promise<number> {
  const path = `${await programPath(context, program)}/payments`;
  const found: PaymentItem[] = [];
  for (const isTest of ['false', 'true']) {
    const asked = { search: text, is_test: isTest, limit: '20' };
    const { data } = await context.api.get<{ data: PaymentItem[] }>(path, asked);
    found.push(...data);
  }
  const exact = found.filter((one) => one.transaction_id === text);
  const [only, ...others] = exact.length > 0 ? exact : found;
  if (only === undefined) {
    throw new Failure(
      `No payment goes by ${text} in this program: its number, or any id of it.`,
      exitCodes.refused,
      'payment_not_found',
    );
  }
  if (others.length === 0) return only.id;
  const lines = [only, ...others].map(
    (one) =>
      `  headwater explain ${one.id}   ${moment(one.occurred_at)}  ${money(one.amount_cents, one.currency)}  ${one.transaction_id}`,
  );
  throw new Failure(`Several payments go by ${text}:\n${lines.join('\n')}`, exitCodes.usage, 'which_payment');
}

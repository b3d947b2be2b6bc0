import type { PartnerStatement } from '@headwater/contract';
import { AppError, type Postgres, readRange } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { getPartner } from '../payouts/payout-methods.ts';
import * as queries from './queries.ts';

type CurrencyPart = PartnerStatement['currencies'][number];

/**
 * What a partner was owed, earned, lost and was paid in a period, per currency, derived from the entries: the opening
 * balance and the lines add up to the closing one.
 */
export async function getStatement(
  postgres: Postgres,
  program: Program,
  partnerId: unknown,
  query: Readonly<Record<string, unknown>>,
): Promise<PartnerStatement> {
  const id = await getPartner(postgres, program, partnerId);
  const { from, before } = readRange(query);
  if (from === undefined) throw new AppError('invalid_request', 'from is required');
  if (before === undefined) throw new AppError('invalid_request', 'to is required');
  if (before <= from) throw new AppError('invalid_request', 'to is invalid');
  const key = { workspaceId: program.workspaceId, programId: program.id, partnerId: id, from, before };
  const openings = await queries.sumOwedBefore(postgres, key);
  const movements = await queries.listMovements(postgres, key);
  const currencies = [...new Set([...openings, ...movements].map(({ currency }) => currency))].sort();
  return {
    partner_id: id,
    partner: await queries.findPartnerName(postgres, program.workspaceId, id),
    program: program.name,
    from: from.toISOString(),
    to: before.toISOString(),
    currencies: currencies.map((currency) =>
      toPart(
        currency,
        openings.find((one) => one.currency === currency)?.minor ?? 0n,
        movements.filter((one) => one.currency === currency),
      ),
    ),
  };
}

function toPart(currency: string, opening: bigint, movements: readonly queries.MovementRow[]): CurrencyPart {
  const lines = movements.map((one) => ({
    at: one.at.toISOString(),
    kind: kindOf(one),
    amount_cents: Number(one.minor),
    commission_id: one.commissionId === null ? null : Number(one.commissionId),
    transaction_id: one.transactionId,
  }));
  const sum = (kind: CurrencyPart['lines'][number]['kind']) =>
    lines.reduce((total, line) => (line.kind === kind ? total + line.amount_cents : total), 0);
  const sums = { earned_cents: sum('earned'), reversed_cents: sum('reversed'), paid_cents: sum('paid') };
  return {
    currency,
    opening_cents: Number(opening),
    ...sums,
    closing_cents: Number(opening) + sums.earned_cents + sums.reversed_cents + sums.paid_cents,
    lines,
  };
}

function kindOf(one: queries.MovementRow): CurrencyPart['lines'][number]['kind'] {
  if (one.isPaid) return 'paid';
  return one.minor < 0n ? 'reversed' : 'earned';
}

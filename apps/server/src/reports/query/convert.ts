import type { QueryAnswer, ReportFilter } from '@headwater/contract';
import { type Currency, currencyDecimals } from '../../money/index.ts';
import type { ClickHouse, Postgres } from '../../platform/index.ts';
import { findUsdRates } from '../../rates/index.ts';
import { ownerCondition, ownerParams } from './coverage.ts';
import { conditionOf, Params, readFrom } from './filters.ts';
import type { Money, Owner, Period } from './question.ts';

type CurrencyTotals = QueryAnswer['currencies'][number];

/** What there was in each currency, and how to bring it into one. */
export interface Conversion {
  money: Money;
  currencies: CurrencyTotals[];
}

const digits = 18n;

/**
 * Looks what currencies occur, and finds for each day of another one than the report's the rate of that day: rates are dated
 * facts, none is guessed. A day without one (or without one of the report's own currency) is named and left out.
 */
export async function findConversion(
  stores: { postgres: Postgres; clickhouse: ClickHouse },
  asked: {
    owner: Owner;
    period: Period;
    filters: readonly ReportFilter[];
    groups: ReadonlyMap<number, string>;
    timeZone: string;
  },
  currency: Currency,
): Promise<Conversion> {
  const rows = await listDays(stores.clickhouse, asked);
  const others = rows.filter((row) => row.currency !== currency);
  const rates =
    others.length === 0
      ? new Map<string, string>()
      : await findUsdRates(stores.postgres, asked.owner.workspaceId, [
          ...others.map((row) => ({ currency: row.currency, day: row.day })),
          ...others.map((row) => ({ currency, day: row.day })),
        ]);
  const usd = (of: string, day: string) => (of === 'USD' ? '1' : rates.get(`${of} ${day}`));
  const factors: Money['factors'][number][] = [];
  const totals = new Map<string, CurrencyTotals>();
  for (const row of rows) {
    const total = totals.get(row.currency) ?? noTotals(row.currency);
    totals.set(row.currency, total);
    total.payments += Number(row.payments);
    total.gross_revenue_cents += Number(row.gross);
    total.refunds_cents += Number(row.refunds);
    total.commissions_cents += Number(row.commissions);
    total.fees_cents += Number(row.fees);
    if (row.currency === currency) continue;
    const [theirs, ours] = [usd(row.currency, row.day), usd(currency, row.day)];
    if (theirs === undefined || ours === undefined) total.unconverted_days.push(row.day);
    else {
      const factor = factorOf(theirs, ours, row.currency as Currency, currency);
      factors.push({ currency: row.currency, day: row.day, factor });
    }
  }
  return { money: { currency, factors, isConverted: others.length > 0 }, currencies: [...totals.values()] };
}

/** What an amount in minor units is multiplied with, to 18 places. */
function factorOf(theirs: string, ours: string, from: Currency, to: Currency): string {
  const scale = 10n ** digits;
  const [above, aboveScale] = exact(theirs);
  const [below, belowScale] = exact(ours);
  const numerator = above * belowScale * scale * 10n ** BigInt(currencyDecimals(to));
  const denominator = below * aboveScale * 10n ** BigInt(currencyDecimals(from));
  const text = String((2n * numerator + denominator) / (2n * denominator)).padStart(Number(digits) + 1, '0');
  return `${text.slice(0, -Number(digits))}.${text.slice(-Number(digits))}`;
}

function exact(decimal: string): [bigint, bigint] {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return [BigInt(whole + fraction), 10n ** BigInt(fraction.length)];
}

function noTotals(currency: string): CurrencyTotals {
  return {
    currency,
    payments: 0,
    gross_revenue_cents: 0,
    refunds_cents: 0,
    commissions_cents: 0,
    fees_cents: 0,
    unconverted_days: [],
  };
}

interface Day {
  currency: string;
  day: string;
  payments: string;
  gross: string;
  refunds: string;
  commissions: string;
  fees: string;
}

async function listDays(
  clickhouse: ClickHouse,
  { owner, period, filters, groups, timeZone }: Parameters<typeof findConversion>[1],
): Promise<Day[]> {
  const params = new Params();
  const condition = conditionOf(filters, readFrom('acts'), params);
  const rows = await clickhouse.rows<Day>(
    `select currency, toString(toDate(occurred_at)) as day, sumIf(sign, type = 'payment') as payments,
       sumIf(amount, type = 'payment') as gross, sumIf(amount, type = 'refund') as refunds,
       sum(commission) as commissions, sum(fee) as fees
     from events
     where ${ownerCondition(owner)} and type in ('click', 'lead', 'payment', 'refund', 'commission', 'fee') and is_test = 0
       and currency != ''
       and occurred_at >= fromUnixTimestamp64Milli({from:Int64}) and occurred_at < fromUnixTimestamp64Milli({before:Int64})
       ${condition === '' ? '' : `and ${condition}`}
     group by currency, day
     having payments != 0 or gross != 0 or refunds != 0 or commissions != 0 or fees != 0
     order by currency, day`,
    {
      ...ownerParams(owner),
      from: period.from.getTime(),
      before: period.before.getTime(),
      timeZone,
      partners: [...groups.keys()],
      groups: [...groups.values()],
      ...params.values,
    },
  );
  return rows;
}

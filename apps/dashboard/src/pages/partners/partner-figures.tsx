import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { moneyApi } from '../../client/money.ts';
import { Tiles } from '../../parts/tiles.tsx';
import { count, money } from '../../shell/format.ts';
import { daysOf, type Search } from '../../shell/search.ts';

const balances = [
  ['pending', 'Pending'],
  ['approved', 'Due, not billed'],
  ['available', 'Available'],
  ['processing', 'In a payout'],
  ['paid', 'Paid so far'],
] as const;

/** What the partner has now, over all currencies in the program's own; each by itself below. */
export function BalanceTiles({ programId, partnerId }: { programId: number; partnerId: number }) {
  const { data } = useQuery({
    queryKey: ['totals-of-money', programId, partnerId],
    queryFn: ({ signal }) => moneyApi.totals(programId, partnerId, signal),
  });
  return (
    <Tiles
      label="Balance"
      tiles={balances.map(([figure, name]) => {
        const found = data?.figures.find((one) => one.figure === figure);
        const others = found?.parts.filter(
          ({ currency, cents }) => currency !== data?.currency && cents !== 0,
        );
        return {
          name,
          value: data && money(found?.cents ?? 0, data.currency),
          ...(others?.length
            ? { note: `of it ${others.map(({ cents, currency }) => money(cents, currency)).join(', ')}` }
            : {}),
        };
      })}
    />
  );
}

const figures = [
  ['clicks', 'Clicks'],
  ['leads', 'Sign-ups'],
  ['customers', 'Customers'],
  ['payments', 'Payments'],
  ['net_revenue_cents', 'Revenue'],
  ['commissions_cents', 'Commissions'],
] as const;

/** What the partner brought in the period. */
export function FigureTiles({
  programId,
  partnerId,
  timeZone,
}: {
  programId: number;
  partnerId: number;
  timeZone: string;
}) {
  const days = daysOf(useSearch({ strict: false }) as Search, timeZone);
  const question = {
    ...{ program_id: programId, ...days, metrics: figures.map(([metric]) => metric) },
    filters: [{ dimension: 'partner' as const, operator: 'is' as const, values: [String(partnerId)] }],
  };
  const { data } = useQuery({
    queryKey: ['totals', question],
    queryFn: ({ signal }) => api.query(question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Tiles
      label="What the partner brought"
      tiles={figures.map(([metric, name]) => {
        const value = data && (data.rows[0]?.metrics[metric] ?? 0);
        return {
          name,
          value:
            value === undefined
              ? undefined
              : metric.endsWith('_cents')
                ? money(value, data?.currency ?? 'USD')
                : count(value),
        };
      })}
    />
  );
}

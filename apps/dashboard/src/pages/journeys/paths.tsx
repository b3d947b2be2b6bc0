import type { Journeys } from '../../client/insight.ts';
import { Card } from '../../parts/card.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { columnMoney, count, percent } from '../../shell/format.ts';
import type { NameOf } from './journeys.tsx';

/** The most frequent paths, in words. */
export function Paths({ answer, nameOf }: { answer: Journeys; nameOf: NameOf }) {
  const { paths, other_paths: others, totals, currency } = answer;
  const amount = columnMoney(
    Math.max(others.revenue_cents, ...paths.map((one) => one.revenue_cents)),
    currency,
  );
  const cells = (sums: { payments: number; revenue_cents: number }) => (
    <>
      <td className="num px-3 py-2 text-right">{count(sums.payments)}</td>
      <td className="num px-3 py-2 text-right text-ink-2 max-sm:hidden">
        {percent(sums.payments / (totals.payments || 1))}
      </td>
      <td className="num px-4 py-2 text-right">{amount(sums.revenue_cents)}</td>
    </>
  );
  return (
    <Card title="The most frequent paths">
      <Scrollable label="Paths to payment">
        <table className="w-full">
          <thead>
            <tr className="text-ink-3 text-xs">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                Path
              </th>
              {['Payments', 'Share', 'Revenue'].map((name) => (
                <th
                  key={name}
                  scope="col"
                  className={`px-3 py-2 text-right font-medium last:pr-4 ${name === 'Share' ? 'max-sm:hidden' : ''}`}
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-line border-t">
            {paths.map((path) => {
              const names = path.touches.map(nameOf);
              return (
                <tr key={JSON.stringify(path.touches)}>
                  <th scope="row" className="px-4 sm:min-w-56 py-2 text-left font-normal">
                    {names.map((name, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a touch is its place
                      <span key={index}>
                        {index > 0 && <span className="text-ink-3"> → </span>}
                        <span className="font-medium">{name}</span>
                      </span>
                    ))}
                  </th>
                  {cells(path)}
                </tr>
              );
            })}
            {others.paths > 0 && (
              <tr>
                <th scope="row" className="px-4 py-2 text-left font-normal text-ink-2">
                  {count(others.paths)} other paths
                </th>
                {cells(others)}
              </tr>
            )}
          </tbody>
        </table>
      </Scrollable>
    </Card>
  );
}

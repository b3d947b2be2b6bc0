import type { QueryAnswer } from '@headwater/contract';
import { Card } from '../../parts/card.tsx';
import { columnMoney, count, country, percent } from '../../shell/format.ts';
import { type Measure, measures } from './measures.ts';

/** What the map shows, and does, for those who read or have no mouse. */
export function CountryTable({
  rows,
  measure,
  currency,
  chosen,
  onPick,
}: {
  rows: QueryAnswer['rows'];
  measure: Measure;
  currency: string;
  chosen: string | undefined;
  onPick: (code: string) => void;
}) {
  const most = Math.max(1, ...rows.map(({ metrics }) => metrics[measure] ?? 0));
  const amount = columnMoney(
    Math.max(...rows.map(({ metrics }) => metrics.net_revenue_cents ?? 0)),
    currency,
  );
  const cell = 'num px-2 text-right last:pr-4';
  return (
    <Card>
      <div className="max-h-[37rem] overflow-y-auto">
        <table className="w-full table-fixed">
          <thead className="sticky top-0 z-10 bg-surface">
            <tr className="text-ink-3 text-xs">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                Country
              </th>
              {[measures.visitors, measures.net_revenue_cents, 'Conv.'].map((name) => (
                <th
                  key={name}
                  scope="col"
                  title={name === 'Conv.' ? 'Customers to visitors' : undefined}
                  className="w-20 px-2 py-2 text-right font-medium last:w-18 last:pr-4"
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ dimensions, metrics }) => {
              const code = dimensions.country ?? '';
              const name = code ? country(code) : 'Unknown';
              return (
                <tr key={code} className="hover:bg-sunken">
                  <td className="relative p-0">
                    <span
                      aria-hidden="true"
                      className="absolute inset-y-0.5 left-2 rounded bg-accent-soft"
                      style={{
                        width: `calc(${(Math.max(0, metrics[measure] ?? 0) / most) * 100}% - 0.5rem)`,
                      }}
                    />
                    <button
                      type="button"
                      aria-pressed={code === chosen}
                      title={name}
                      onClick={() => onPick(code)}
                      className="relative block w-full truncate px-4 py-1.5 text-left hover:underline focus-visible:-outline-offset-2 aria-pressed:font-semibold"
                    >
                      {name}
                    </button>
                  </td>
                  <td className={cell}>{count(metrics.visitors ?? 0)}</td>
                  <td className={cell}>{amount(metrics.net_revenue_cents ?? 0)}</td>
                  <td className={cell}>
                    {metrics.conversion_rate == null ? '–' : percent(metrics.conversion_rate / 100, 1)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

import type { Cohorts } from '../../client/insight.ts';
import { Scrollable } from '../../parts/scrollable.tsx';
import { columnMoney, count, percent, tick } from '../../shell/format.ts';
import { type Shown, shownNames, togetherOf, valuesOf } from './shown.ts';

// Ink on it stays readable by day and by night.
const darkest = 42;

/** A row a month of sign-up, a column a month since; the darker the more. */
export function Grid({
  cohorts,
  show,
  currency,
}: {
  cohorts: Cohorts['cohorts'];
  show: Shown;
  currency: string;
}) {
  const rows = cohorts.map((cohort) => ({ cohort, values: valuesOf(cohort, show, currency) }));
  const together = togetherOf(cohorts, show, currency);
  const scale = Math.max(...rows.flatMap(({ values }) => values.map((one) => one ?? 0)), 1e-9);
  const amount = columnMoney(scale, currency);
  const text = (value: number | null | undefined) => {
    if (value === undefined) return '';
    if (value === null) return '–';
    return show === 'retention' ? percent(value, 0) : amount(Math.round(value));
  };
  const others = cohorts.some(({ months }) =>
    months.some(({ revenue }) => revenue.some((one) => one.currency !== currency)),
  );
  return (
    <>
      <Scrollable label={`${shownNames[show]} by month of sign-up`}>
        <table className="w-full border-separate border-spacing-[2px] p-2">
          <thead>
            <tr className="text-ink-3 text-xs">
              <th scope="col" className="px-2 py-1.5 text-left font-medium">
                Signed up
              </th>
              <th scope="col" className="px-2 py-1.5 text-right font-medium">
                Customers
              </th>
              {together.map((_, month) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place
                <th key={month} scope="col" className="min-w-14 px-2 py-1.5 text-right font-medium">
                  {month === 0 ? <span title="The month of sign-up">Month 0</span> : month}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ cohort, values }) => (
              <tr key={cohort.month}>
                <th scope="row" className="whitespace-nowrap px-2 py-1.5 text-left font-medium">
                  {tick(cohort.month, 'UTC')}
                </th>
                <td className="num px-2 py-1.5 text-right text-ink-2">{count(cohort.customers)}</td>
                {together.map((_, month) => {
                  const value = values[month];
                  return (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place
                      key={month}
                      className="num rounded px-2 py-1.5 text-right"
                      style={
                        value
                          ? {
                              background: `color-mix(in srgb, var(--accent) ${Math.round((Math.max(0, value) / scale) * darkest)}%, var(--surface))`,
                            }
                          : undefined
                      }
                    >
                      {text(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
            <tr className="text-ink-2">
              <th scope="row" className="px-2 py-1.5 text-left font-medium">
                Together
              </th>
              <td className="num px-2 py-1.5 text-right">
                {count(cohorts.reduce((sum, { customers }) => sum + customers, 0))}
              </td>
              {together.map((value, month) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a month is its place
                <td key={month} className="num px-2 py-1.5 text-right font-medium">
                  {text(value)}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </Scrollable>
      {others && show !== 'retention' && (
        <p className="border-line border-t px-4 py-3 text-ink-3 text-xs">
          Payments in other currencies than {currency} are not among these amounts.
        </p>
      )}
    </>
  );
}

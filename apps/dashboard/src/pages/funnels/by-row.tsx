import type { FunnelStep } from '@headwater/contract';
import type { Funnel } from '../../client/insight.ts';
import { Card } from '../../parts/card.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { count, percent, words } from '../../shell/format.ts';
import { valueName } from '../../shell/period-bar.tsx';
import { type FunnelBy, stepTitle } from './steps.ts';

const shownRows = 20;

/** The same funnel for each value of a dimension, by what first brought a person. */
export function ByRow({ by, steps, funnel }: { by: FunnelBy; steps: readonly FunnelStep[]; funnel: Funnel }) {
  const rows = funnel.rows.slice(0, shownRows);
  return (
    <Card title={`By ${words(by).toLowerCase()}`} className="mt-4">
      <Scrollable label={`The funnel by ${words(by).toLowerCase()}`}>
        <table className="w-full">
          <thead>
            <tr className="text-ink-3 text-xs">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                {words(by)}
              </th>
              {steps.map((step, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                <th key={index} scope="col" className="whitespace-nowrap px-3 py-2 text-right font-medium">
                  {index + 1}. {stepTitle(step)}
                </th>
              ))}
              <th scope="col" className="px-4 py-2 text-right font-medium">
                All steps
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-line border-t">
            {rows.map(({ key, name, persons }) => (
              <tr key={key}>
                <th scope="row" className="max-w-72 truncate px-4 py-2 text-left font-medium">
                  {name ?? valueName({ dimension: by, value: key })}
                </th>
                {persons.map((one, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                  <td key={index} className="num px-3 py-2 text-right">
                    {count(one)}
                  </td>
                ))}
                <td className="num px-4 py-2 text-right font-medium">
                  {persons[0] ? percent((persons.at(-1) ?? 0) / persons[0], 2) : '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
    </Card>
  );
}

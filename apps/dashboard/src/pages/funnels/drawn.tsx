import type { FunnelStep } from '@headwater/contract';
import type { Funnel } from '../../client/insight.ts';
import { count, percent } from '../../shell/format.ts';
import { stepTitle } from './steps.ts';

/** Each step as a bar of who is left, and between two how many were lost. */
export function Steps({ steps, funnel }: { steps: readonly FunnelStep[]; funnel: Funnel }) {
  const [first] = funnel.steps;
  const last = funnel.steps.at(-1);
  return (
    <div className="p-4">
      <p className="mb-4">
        <span className="num font-semibold text-2xl tracking-tight">{percent(last?.of_first ?? 0, 2)}</span>{' '}
        <span className="text-ink-2">
          of {count(first?.persons ?? 0)} took all {funnel.steps.length} steps: {count(last?.persons ?? 0)}{' '}
          people.
        </span>
      </p>
      <ol>
        {funnel.steps.map(({ persons, of_first, of_previous }, index) => {
          const before = funnel.steps[index - 1]?.persons ?? 0;
          const step = steps[index];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
            <li key={index}>
              {index > 0 && (
                <p className="py-1.5 pl-3 text-ink-2 text-xs">
                  <span aria-hidden="true">↓ </span>
                  <span className="num font-medium">{percent(of_previous)}</span> go on,{' '}
                  <span className="num">
                    {count(before - persons)} ({percent(1 - of_previous)})
                  </span>{' '}
                  stop here
                </p>
              )}
              <div className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-medium">
                  {index + 1}. {step ? stepTitle(step) : ''}
                </span>
                <span className="num flex-none">
                  <span className="font-semibold">{count(persons)}</span>{' '}
                  <span className="inline-block w-14 text-right text-ink-2">{percent(of_first)}</span>
                </span>
              </div>
              <div aria-hidden="true" className="mt-1 h-7 overflow-hidden rounded bg-sunken">
                <div
                  className="h-full rounded bg-accent"
                  style={{ width: `${Math.max(of_first * 100, persons > 0 ? 0.4 : 0)}%` }}
                />
              </div>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

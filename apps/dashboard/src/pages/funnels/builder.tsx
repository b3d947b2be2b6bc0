import type { FunnelStep } from '@headwater/contract';
import { useEffect, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { isWhole, mostSteps, stepNames, stepTypes, writeStep } from './steps.ts';

const box = 'h-8 w-full rounded-md border border-line bg-surface px-2';
// While somebody types nothing is asked.
const settleMs = 500;

/** The steps, in their order; what is changed is asked for at once. */
export function Builder({
  steps,
  onChange,
}: {
  steps: readonly FunnelStep[];
  onChange: (steps: string[]) => void;
}) {
  const [draft, setDraft] = useState<readonly FunnelStep[]>(steps);
  const told = draft.map(writeStep).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for when the draft has settled, whoever listens
  useEffect(() => {
    if (!draft.every(isWhole) || told === steps.map(writeStep).join('\n')) return;
    const timer = setTimeout(() => onChange(draft.map(writeStep)), settleMs);
    return () => clearTimeout(timer);
  }, [told]);
  const replace = (index: number, step: FunnelStep) =>
    setDraft(draft.map((one, place) => (place === index ? step : one)));
  const move = (index: number, by: -1 | 1) => {
    const next = [...draft];
    const [step] = next.splice(index, 1);
    next.splice(index + by, 0, step as FunnelStep);
    setDraft(next);
  };
  return (
    <Card title="Steps">
      <ol className="divide-y divide-line">
        {draft.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <li key={index} className="space-y-2 px-4 py-3">
            <div className="flex items-center gap-2">
              <span
                aria-hidden="true"
                className="grid size-6 flex-none place-items-center rounded-full bg-sunken font-semibold text-ink-2 text-xs"
              >
                {index + 1}
              </span>
              <select
                aria-label={`Step ${index + 1}`}
                value={step.type}
                onChange={({ target }) => replace(index, { type: target.value as FunnelStep['type'] })}
                className={`${box} font-medium`}
              >
                {stepTypes.map((type) => (
                  <option key={type} value={type}>
                    {stepNames[type]}
                  </option>
                ))}
              </select>
            </div>
            {step.type === 'pageview' && (
              <input
                aria-label={`Path of step ${index + 1}`}
                placeholder="any page, or a path: /pricing*"
                value={step.path ?? ''}
                maxLength={255}
                onChange={({ target }) =>
                  replace(index, { type: 'pageview', ...(target.value ? { path: target.value } : {}) })
                }
                className={box}
              />
            )}
            {step.type === 'event' && (
              <input
                aria-label={`Event of step ${index + 1}`}
                placeholder="its name: add_to_cart"
                value={step.name ?? ''}
                maxLength={100}
                required
                onChange={({ target }) => replace(index, { type: 'event', name: target.value })}
                className={box}
              />
            )}
            <div className="flex justify-end gap-1">
              <Step name={`Move step ${index + 1} up`} disabled={index === 0} act={() => move(index, -1)}>
                ↑
              </Step>
              <Step
                name={`Move step ${index + 1} down`}
                disabled={index === draft.length - 1}
                act={() => move(index, 1)}
              >
                ↓
              </Step>
              <Step
                name={`Remove step ${index + 1}`}
                disabled={draft.length <= 2}
                act={() => setDraft(draft.filter((_, place) => place !== index))}
              >
                ✕
              </Step>
            </div>
          </li>
        ))}
      </ol>
      <div className="border-line border-t px-4 py-3">
        <Button
          disabled={draft.length >= mostSteps}
          onClick={() => setDraft([...draft, { type: 'pageview' }])}
        >
          Add step
        </Button>
      </div>
    </Card>
  );
}

function Step(props: { name: string; disabled: boolean; act: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-label={props.name}
      title={props.name}
      disabled={props.disabled}
      onClick={props.act}
      className="grid size-7 place-items-center rounded text-ink-2 hover:bg-sunken disabled:text-line-strong disabled:hover:bg-transparent"
    >
      {props.children}
    </button>
  );
}

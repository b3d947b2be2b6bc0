import type { ReactNode } from 'react';

/** Names and what they stand for, one below the other. */
export function FactList({
  facts,
  isMono = false,
}: {
  facts: readonly (readonly [string, ReactNode])[];
  isMono?: boolean;
}) {
  return (
    <dl className="divide-y divide-line">
      {facts.map(([name, value], index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice, and they stay in their order
          key={`${name}${index}`}
          className="flex items-baseline justify-between gap-4 px-4 py-2"
        >
          <dt className="flex-none text-ink-2">{name}</dt>
          <dd
            className={`num min-w-0 text-right [overflow-wrap:anywhere] ${isMono ? 'font-mono text-xs' : ''}`}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

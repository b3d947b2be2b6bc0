import type { ReactNode } from 'react';

/** Some figures side by side. */
export function Tiles({
  label,
  tiles,
}: {
  label: string;
  tiles: readonly { name: string; value: ReactNode; note?: ReactNode }[];
}) {
  return (
    <section aria-label={label} className="mb-4 overflow-hidden rounded-lg border border-line bg-surface">
      {/* Each has a line above and to its left, those at the edge under the border. */}
      <dl className="-mt-px -ml-px grid grid-cols-2 md:grid-cols-[repeat(auto-fit,minmax(8rem,1fr))]">
        {tiles.map(({ name, value, note }) => (
          <div key={name} className="border-line border-t border-l px-4 py-3 max-md:odd:last:col-span-2">
            <dt className="font-medium text-ink-2">{name}</dt>
            <dd className="num mt-0.5 min-h-7 font-semibold text-lg tracking-tight">
              {value ?? <span aria-hidden="true" className="skeleton mt-1 block h-5 w-20" />}
            </dd>
            {note !== undefined && <dd className="text-ink-3 text-xs">{note}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}

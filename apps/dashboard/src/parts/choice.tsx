import { type ReactNode, useMemo, useState } from 'react';
import { count } from '../shell/format.ts';

export interface Choice {
  chosen: ReadonlySet<number>;
  toggle: (id: number) => void;
  setAll: (ids: readonly number[]) => void;
  clear: () => void;
}

/** Which rows of a list an act is to be done with. */
export function useChoice(): Choice {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  return useMemo(
    () => ({
      chosen,
      toggle: (id) =>
        setChosen((old) => {
          const next = new Set(old);
          if (!next.delete(id)) next.add(id);
          return next;
        }),
      setAll: (ids) => setChosen(new Set(ids)),
      clear: () => setChosen(new Set()),
    }),
    [chosen],
  );
}

/** The bar over a list whose rows can be chosen: all of them at once, and what is done with them. */
export function ChoiceBar({
  choice,
  ids,
  label = 'Choose all that are loaded',
  children,
}: {
  choice: Choice;
  /** Of those that can be chosen. */
  ids: readonly number[];
  label?: string;
  children: ReactNode;
}) {
  const areAllChosen = ids.length > 0 && ids.every((id) => choice.chosen.has(id));
  return (
    <div className="flex min-h-13 flex-wrap items-center gap-2 border-line border-b px-4 py-2">
      <label className="mr-auto flex items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={areAllChosen}
          disabled={ids.length === 0}
          onChange={() => (areAllChosen ? choice.clear() : choice.setAll(ids))}
        />
        {choice.chosen.size > 0 ? `${count(choice.chosen.size)} chosen` : label}
      </label>
      {children}
    </div>
  );
}

/** The first cell of such a row. */
export function Chooser({
  choice,
  id,
  name,
  isOff = false,
  children,
}: {
  /** Undefined: nobody may choose here. */
  choice: Choice | undefined;
  id: number;
  /** What is chosen, for who cannot see the row. */
  name: string;
  isOff?: boolean;
  children: ReactNode;
}) {
  return (
    <span className="flex items-center gap-2.5">
      {choice && (
        <input
          type="checkbox"
          className="size-4 flex-none accent-accent disabled:opacity-30"
          aria-label={`Choose ${name}`}
          disabled={isOff}
          checked={choice.chosen.has(id)}
          onChange={() => choice.toggle(id)}
        />
      )}
      <span className="min-w-0 truncate">{children}</span>
    </span>
  );
}

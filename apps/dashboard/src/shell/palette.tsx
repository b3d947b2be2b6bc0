import { useNavigate, useSearch } from '@tanstack/react-router';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { words } from './format.ts';
import type { Place } from './places.ts';
import { readSearch } from './search.ts';
import { useSubjects } from './session.ts';
import type { Asked } from './shortcuts.ts';
import { setTheme, themes } from './theme.ts';

interface Choice {
  id: string;
  name: string;
  kind: string;
  keys?: string;
  act: () => void;
}

/** Where to go, found by typing a part of its name; or which keys there are. */
export function Palette({
  asked,
  places,
  onClose,
}: {
  asked: Asked;
  places: readonly Place[];
  onClose: () => void;
}) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 flex max-h-[76dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-xl"
        >
          {asked === 'keys' ? <Keys places={places} /> : <Find places={places} onClose={onClose} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useChoices(places: readonly Place[]): Choice[] {
  const navigate = useNavigate();
  const search = readSearch(useSearch({ strict: false }));
  const { data } = useSubjects();
  const { program: _program, website: _website, f: _filters, segment: _segment, ...rest } = search;
  return [
    ...places.map(({ to, name, key, group }) => ({
      id: to,
      name,
      kind: group,
      keys: `g ${key}`,
      act: () => void navigate({ to, search }),
    })),
    ...(data?.programs ?? []).map(({ id, name }) => ({
      id: `program-${id}`,
      name,
      kind: 'Program',
      act: () => void navigate({ to: '.', search: { ...rest, program: id } }),
    })),
    ...(data?.websites ?? []).map(({ website_id, domain }) => ({
      id: `website-${website_id}`,
      name: domain,
      kind: 'Website',
      act: () => void navigate({ to: '.', search: { ...rest, website: website_id } }),
    })),
    { id: 'account', name: 'Your account', kind: 'You', act: () => void navigate({ to: '/account' }) },
    ...themes.map((theme) => ({
      id: `theme-${theme}`,
      name: `${words(theme)} theme`,
      kind: 'You',
      act: () => setTheme(theme),
    })),
    { id: 'docs', name: 'API reference', kind: 'Help', act: () => location.assign('/docs') },
  ];
}

/** Every word that was typed is somewhere in it; what begins with the first one comes first. */
function find(choices: readonly Choice[], typed: string): Choice[] {
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ''] = parts;
  return choices
    .filter(({ name, kind }) => parts.every((part) => `${name} ${kind}`.toLowerCase().includes(part)))
    .sort((a, b) => rank(a, first) - rank(b, first))
    .slice(0, 60);
}

function rank({ name }: Choice, first: string): number {
  const at = name.toLowerCase().indexOf(first);
  return at === 0 ? 0 : at > 0 ? 1 : 2;
}

function Find({ places, onClose }: { places: readonly Place[]; onClose: () => void }) {
  const id = useId();
  const [typed, type] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = find(useChoices(places), typed);
  const current = found[Math.min(at, found.length - 1)];
  // biome-ignore lint/correctness/useExhaustiveDependencies: whichever is current is brought into sight
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [current?.id]);
  function choose(choice: Choice | undefined) {
    if (!choice) return;
    onClose();
    choice.act();
  }
  function onKey(event: KeyboardEvent) {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (event.key === 'Enter') choose(current);
    else if (step !== undefined) setAt(Math.max(0, Math.min(found.length - 1, at + step)));
    else return;
    event.preventDefault();
  }
  return (
    <>
      <Dialog.Title className="sr-only">Go to</Dialog.Title>
      <input
        role="combobox"
        aria-label="Page, program or website"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={current && `${id}-${current.id}`}
        aria-autocomplete="list"
        placeholder="Go to a page, program or website…"
        value={typed}
        onChange={({ target }) => {
          type(target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        className="h-12 flex-none border-line border-b bg-transparent px-4 text-base outline-none placeholder:text-ink-3"
      />
      <div
        ref={list}
        role="listbox"
        tabIndex={-1}
        id={`${id}-list`}
        aria-label="Found"
        className="overflow-y-auto p-1.5"
      >
        {found.map((choice) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input, which keeps the focus
          <div
            key={choice.id}
            role="option"
            tabIndex={-1}
            id={`${id}-${choice.id}`}
            aria-selected={choice === current}
            onClick={() => choose(choice)}
            onPointerMove={() => setAt(found.indexOf(choice))}
            className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 aria-selected:bg-accent-soft"
          >
            <span className="min-w-0 flex-1 truncate font-medium">{choice.name}</span>
            {choice.keys && <kbd className="font-mono text-ink-2 text-xs">{choice.keys}</kbd>}
            <span className="w-16 text-right text-ink-2 text-xs">{choice.kind}</span>
          </div>
        ))}
      </div>
      <p role="status" className={found.length === 0 ? 'px-4 pb-4 text-ink-2' : 'sr-only'}>
        {found.length === 0 ? `Nothing is called “${typed}”.` : `${found.length} found`}
      </p>
    </>
  );
}

function Keys({ places }: { places: readonly Place[] }) {
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const keys = [
    [mac ? '⌘ K' : 'Ctrl K', 'Go to a page, program or website'],
    ['?', 'This list'],
    ['Esc', 'Close what is open'],
    ...places.map(({ key, name }) => [`g ${key}`, name]),
  ];
  return (
    <div className="overflow-y-auto p-5">
      <Dialog.Title className="mb-3 font-semibold text-lg">Keys</Dialog.Title>
      <dl className="grid gap-x-8 gap-y-1 sm:grid-cols-2">
        {keys.map(([key, name]) => (
          <div key={key} className="flex min-h-7 items-center gap-3">
            <dt className="w-16 flex-none">
              <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs">
                {key}
              </kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <Dialog.Close className="sr-only focus:not-sr-only">Close</Dialog.Close>
    </div>
  );
}

import type { Me } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { ApiError } from '../client/index.ts';
import { Failure } from '../parts/states.tsx';
import { lazyPart } from './load.ts';
import { Navigation } from './navigation.tsx';
import { usePagesAhead } from './pending.tsx';
import { PersonMenu } from './person-menu.tsx';
import { placesOf } from './places.ts';
import { currentWorkspace, meQuery } from './session.ts';
import { useShortcuts } from './shortcuts.ts';
import { SubjectSwitch } from './subject-switch.tsx';

const Palette = lazyPart(async () => ({ default: (await import('./palette.tsx')).Palette }));
const keyName = /Mac/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

/** The frame of every page of who is signed in; anybody else is shown the way in. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.error instanceof ApiError && me.error.status === 401) return <ToSignIn />;
  if (me.data === undefined) {
    const trouble = me.error ?? me.failureReason;
    return (
      <main className="grid min-h-dvh place-items-center">
        {trouble ? (
          <Failure error={trouble} retry={() => void me.refetch()} />
        ) : (
          <p className="sr-only">Loading</p>
        )}
      </main>
    );
  }
  return <Frame me={me.data} />;
}

function Frame({ me }: { me: Me }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [isOpen, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu of a phone
  useEffect(() => setOpen(false), [path]);
  const { role } = currentWorkspace(me);
  const shown = useMemo(() => placesOf(role), [role]);
  const [asked, ask] = useShortcuts(shown);
  usePagesAhead();
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="-translate-y-16 fixed top-2 left-2 z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-surface md:h-dvh md:border-r md:border-b-0">
        <div className="flex h-13 items-center justify-between gap-2 px-4">
          <Link to="/" className="flex items-center gap-2 font-semibold text-base">
            <img src="/icon.svg" alt="" width={22} height={22} />
            Headwater
          </Link>
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls="menu"
            onClick={() => setOpen(!isOpen)}
            className="h-8 rounded-md border border-line px-3 font-medium md:hidden"
          >
            Menu
          </button>
        </div>
        <div
          id="menu"
          className={`${isOpen ? 'flex' : 'hidden'} flex-col gap-3 px-3 pb-4 max-md:max-h-[calc(100dvh-3.25rem)] max-md:overflow-y-auto md:flex md:h-[calc(100dvh-3.25rem)]`}
        >
          <SubjectSwitch />
          <button
            type="button"
            onClick={() => ask('palette')}
            className="flex h-8 flex-none items-center justify-between rounded-md border border-line px-2.5 text-ink-2 hover:bg-sunken"
          >
            Go to…
            <kbd className="font-mono text-ink-3 text-xs">{keyName}</kbd>
          </button>
          <Navigation places={shown} />
          <div className="md:mt-auto">
            <PersonMenu me={me} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none md:px-8 md:py-6">
        <div className="mx-auto max-w-[76rem]">
          <Outlet />
        </div>
      </main>
      {asked && (
        <Suspense>
          <Palette asked={asked} places={shown} onClose={() => ask(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

/** The way in, and back to where somebody wanted to go: that is asked once, before the address is the sign-in's own. */
function ToSignIn() {
  const [next] = useState(() => location.pathname + location.search);
  return <Navigate to="/sign-in" search={next === '/' ? {} : { next }} replace />;
}

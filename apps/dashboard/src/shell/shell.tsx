import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError } from '../client/index.ts';
import { Failure } from '../parts/states.tsx';
import { PersonMenu } from './person-menu.tsx';
import type { Search } from './search.ts';
import { currentWorkspace, meQuery } from './session.ts';
import { SubjectSwitch } from './subject-switch.tsx';

const places = [
  { to: '/', name: 'Overview', key: 'o' },
  { to: '/payments', name: 'Payments', key: 'p' },
  { to: '/commissions', name: 'Commissions', key: 'c' },
  { to: '/program/partners', name: 'Partners', key: 'a' },
  { to: '/applications', name: 'Applications', key: 'n' },
  { to: '/models', name: 'Models', key: 'm' },
  { to: '/people', name: 'People', key: 'e' },
] as const;

/** The frame of every page of who is signed in; anybody else is shown the way in. */
export function Shell() {
  const me = useQuery(meQuery);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [isOpen, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu of a phone
  useEffect(() => setOpen(false), [path]);
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
  const { role } = currentWorkspace(me.data);
  const shown = places.filter(({ to }) => to !== '/people' || role === 'owner' || role === 'admin');
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
          className={`${isOpen ? 'flex' : 'hidden'} flex-col gap-4 px-3 pb-4 md:flex md:h-[calc(100dvh-3.25rem)]`}
        >
          <SubjectSwitch />
          <nav aria-label="Pages">
            <Shortcuts places={shown} />
          </nav>
          <div className="md:mt-auto">
            <PersonMenu me={me.data} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none md:px-8 md:py-6">
        <div className="mx-auto max-w-[76rem]">
          <Outlet />
        </div>
      </main>
    </div>
  );
}

/** The way in, and back to where somebody wanted to go: that is asked once, before the address is the sign-in's own. */
function ToSignIn() {
  const [next] = useState(() => location.pathname + location.search);
  return <Navigate to="/sign-in" search={next === '/' ? {} : { next }} replace />;
}

/** The pages, and `g` then a letter to go there. */
function Shortcuts({ places: shown }: { places: readonly (typeof places)[number][] }) {
  const search = useSearch({ strict: false }) as Search;
  useEffect(() => {
    let wasG = 0;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest('[role="dialog"]')) return;
      const place = shown.find(({ key }) => key === event.key);
      if (event.key === 'g') wasG = event.timeStamp;
      else if (place && event.timeStamp - wasG < 1200)
        document.querySelector<HTMLAnchorElement>(`nav a[data-key="${place.key}"]`)?.click();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [shown]);
  return (
    <ul className="space-y-0.5">
      {shown.map(({ to, name, key }) => (
        <li key={to}>
          <Link
            to={to}
            search={search}
            data-key={key}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            title={`g then ${key}`}
            className="flex h-8 items-center rounded-md px-2.5 font-medium text-ink-2 hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent"
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

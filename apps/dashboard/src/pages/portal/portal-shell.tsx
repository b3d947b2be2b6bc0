import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { Select } from '../../parts/field.tsx';
import { Empty, Failure } from '../../parts/states.tsx';
import { mineQuery } from './my-program.ts';
import type { PortalSearch } from './search.ts';

const places = [
  { to: '/partners', name: 'Home' },
  { to: '/partners/links', name: 'Links' },
  { to: '/partners/commissions', name: 'Commissions' },
  { to: '/partners/payouts', name: 'Payouts' },
  { to: '/partners/settings', name: 'Settings' },
] as const;

/** The frame of a partner's pages: a line of places, and the program they are about. */
export function PortalShell() {
  const mine = useQuery(mineQuery);
  const search = useSearch({ strict: false }) as PortalSearch;
  const navigate = useNavigate();
  if (mine.error instanceof ApiError && mine.error.status === 401) return <ToSignIn />;
  if (mine.data === undefined) {
    const trouble = mine.error ?? mine.failureReason;
    return (
      <main className="grid min-h-dvh place-items-center">
        {trouble ? (
          <Failure error={trouble} retry={() => void mine.refetch()} />
        ) : (
          <p className="sr-only">Loading</p>
        )}
      </main>
    );
  }
  const { me, programs } = mine.data;
  const program = programs.find(({ id }) => id === search.program) ?? programs[0];
  return (
    <div className="min-h-dvh">
      <a
        href="#content"
        className="-translate-y-16 fixed top-2 left-2 z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-surface px-4 md:px-8">
        <div className="mx-auto max-w-[64rem]">
          <div className="flex h-13 items-center justify-between gap-3">
            <p className="flex min-w-0 items-center gap-2 font-semibold text-base">
              <img src="/icon.svg" alt="" width={22} height={22} className="flex-none" />
              {programs.length > 1 ? (
                <Select
                  label="Program"
                  hideLabel
                  value={program?.id ?? ''}
                  onChange={({ target }) =>
                    void navigate({ to: '.', search: { program: Number(target.value) } })
                  }
                >
                  {programs.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </Select>
              ) : (
                <span className="truncate">{program?.name ?? 'Partner portal'}</span>
              )}
            </p>
            <div className="flex min-w-0 items-center gap-2">
              <span className="truncate text-ink-2 max-sm:hidden">{me.name}</span>
              <Button look="quiet" className="-mr-3" onClick={() => void signOut()}>
                Sign out
              </Button>
            </div>
          </div>
          <nav aria-label="Pages" className="-mx-2.5 overflow-x-auto">
            <ul className="flex gap-1">
              {places.map(({ to, name }) => (
                <li key={to}>
                  <Link
                    to={to}
                    search={search.program === undefined ? {} : { program: search.program }}
                    activeOptions={{ exact: to === '/partners', includeSearch: false }}
                    className="flex h-10 items-center whitespace-nowrap border-transparent border-b-2 px-2.5 font-medium text-ink-2 hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-accent"
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none md:px-8 md:py-6">
        <div className="mx-auto max-w-[64rem]">
          {program && program.status !== 'approved' && (
            <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
              You are no partner of {program.name} now. What you earned stays yours.
            </p>
          )}
          {program && program.status === 'approved' && !program.is_active && (
            <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
              {program.name} is paused at the moment.
            </p>
          )}
          {program ? <Outlet /> : <Empty title="You are in no program now" />}
        </div>
      </main>
    </div>
  );
}

async function signOut(): Promise<void> {
  await api.signOut();
  location.assign('/partners/sign-in');
}

/** The way in, and back to where somebody wanted to go. */
function ToSignIn() {
  const [next] = useState(() => location.pathname + location.search);
  return <Navigate to="/partners/sign-in" search={next === '/partners' ? {} : { next }} replace />;
}

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../client/index.ts';
import { Button } from './button.tsx';

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md px-6 py-14 text-center">
      <p className="font-semibold text-base">{title}</p>
      <div className="mt-1.5 text-ink-2">{children}</div>
    </div>
  );
}

export function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty title="There is no such page">
        <Link to="/" className="text-accent underline">
          To the overview
        </Link>
      </Empty>
    </main>
  );
}

/** Why a part of a page is not there, and what becomes of it. What passes is tried again by itself meanwhile. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const api = error instanceof ApiError ? error : undefined;
  if (api?.status === 403)
    return (
      <Empty title="Your role does not show this">
        {api.message}. An owner of the workspace can change your role.
      </Empty>
    );
  return (
    <div role="alert">
      <Empty title={api?.passes ? 'Waiting for the server' : 'This could not be loaded'}>
        <p>{error.message}</p>
        {retry && (
          <Button className="mt-4" onClick={retry}>
            Try again
          </Button>
        )}
      </Empty>
    </div>
  );
}

/** For mistakes of ours: the page itself failed. */
export function PageFailure({ error: thrown }: { error: unknown }) {
  const error = thrown instanceof Error ? thrown : new Error('The page failed');
  return (
    <main className="grid min-h-[50dvh] place-items-center">
      <Failure error={error} retry={() => location.reload()} />
    </main>
  );
}

/** A line over what is shown, while it cannot be brought up to date. */
export function Stale({ error }: { error: Error | null }) {
  return (
    <p role="status" className={error ? 'mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn' : 'sr-only'}>
      {error && `${error.message}. What you see may be old; trying again…`}
    </p>
  );
}

interface Loaded<T> {
  data: T | undefined;
  error: Error | null;
  failureReason: Error | null;
  refetch(): unknown;
}

/** The states of a query: what stands in while it loads, why it failed, and else its data. */
export function Loading<T>({
  query,
  standIn,
  children,
}: {
  query: Loaded<T>;
  standIn: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const trouble = query.error ?? query.failureReason;
  if (query.data !== undefined)
    return (
      <>
        {trouble && <Stale error={trouble} />}
        {children(query.data)}
      </>
    );
  if (trouble) return <Failure error={trouble} retry={() => void query.refetch()} />;
  return (
    <>
      <span className="sr-only" role="status">
        Loading
      </span>
      {standIn}
    </>
  );
}

export function Lines({ count = 6 }: { count?: number }) {
  return (
    <div aria-hidden="true" className="space-y-3 p-4">
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines that all look alike
        <div key={index} className="skeleton h-4" />
      ))}
    </div>
  );
}

import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { FormError } from './field.tsx';
import { type Fields, fieldsOf } from './form.ts';

/** The frame of a page that stands outside of both shells: of who is not signed in yet, or is only passing. */
export function Outside({
  title,
  product = 'Headwater',
  className = 'max-w-sm',
  children,
}: {
  title: string;
  /** What is entered. */
  product?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className={`w-full ${className}`}>
        <p className="mb-6 flex items-center justify-center gap-2 font-semibold text-lg">
          <img src="/icon.svg" alt="" width={26} height={26} />
          {product}
        </p>
        <div className="rounded-xl border border-line bg-surface p-6">
          <h1 className="mb-4 font-semibold text-lg">{title}</h1>
          {children}
        </div>
      </div>
    </main>
  );
}

/** Its one form: its fields, what it was refused for, and the button that sends it. */
export function OutsideForm({
  send,
  verb,
  children,
  after,
}: {
  send: { mutate: (fields: Fields) => void; error: Error | null; isPending: boolean };
  verb: string;
  children: ReactNode;
  after?: ReactNode;
}) {
  return (
    <form className="space-y-4" onSubmit={(event) => send.mutate(fieldsOf(event))}>
      {children}
      <FormError error={send.error} />
      <Button type="submit" look="primary" className="w-full" disabled={send.isPending}>
        {verb}
      </Button>
      {after}
    </form>
  );
}

/** The secret of a printed or mailed link: behind its #, so that no server is told of it when the link is opened. */
export const secretOfLink = () => location.hash.slice(1);

import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';

const box =
  'h-9 w-full rounded-md border border-line-strong/60 bg-surface px-2.5 text-ink placeholder:text-ink-3';

/** What an input is called and what helps to fill it in, for eyes and for screen readers; `id` is the input's. */
export function Labelled({
  id,
  label,
  hint,
  children,
}: {
  id: string;
  label: string;
  hint: string | undefined;
  children: ReactNode;
}) {
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

/** An input of one line. */
export function Field({
  label,
  hint,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { label: string; hint?: string }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <input id={id} className={box} {...(hint ? { 'aria-describedby': `${id}-hint` } : {})} {...rest} />
    </Labelled>
  );
}

/** The system's own select: quick, and right on a phone. */
export function Select({
  label,
  hideLabel = false,
  className = '',
  children,
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & { label: string; hideLabel?: boolean }) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'mb-1 block font-medium'}>
        {label}
      </label>
      <select
        id={id}
        className={`${hideLabel ? 'h-8' : 'h-9'} w-full rounded-md border border-line bg-surface px-2 font-medium text-ink hover:bg-sunken`}
        {...rest}
      >
        {children}
      </select>
    </div>
  );
}

/** What a form was refused for. */
export function FormError({ error }: { error: Error | null }) {
  return (
    <div role="alert" className="empty:hidden">
      {error && <p className="rounded-md bg-bad-soft px-3 py-2 text-bad">{error.message}</p>}
    </div>
  );
}

import { type InputHTMLAttributes, type SelectHTMLAttributes, useId } from 'react';

const box =
  'h-9 w-full rounded-md border border-line-strong/60 bg-surface px-2.5 text-ink placeholder:text-ink-3';

/** A labelled input; what is wrong with it is said below, and by screen readers. */
export function Field({
  label,
  hint,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { label: string; hint?: string }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <input id={id} className={box} {...(hint ? { 'aria-describedby': `${id}-hint` } : {})} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
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

import { type TextareaHTMLAttributes, useId } from 'react';

/** A labelled text of several lines. */
export function TextArea({
  label,
  hint,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { label: string; hint?: string }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={4}
        className="w-full rounded-md border border-line-strong/60 bg-surface px-2.5 py-2 text-ink placeholder:text-ink-3"
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        {...rest}
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

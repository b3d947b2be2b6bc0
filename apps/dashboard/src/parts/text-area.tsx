import { type TextareaHTMLAttributes, useId } from 'react';
import { Labelled } from './field.tsx';

/** An input of several lines. */
export function TextArea({
  label,
  hint,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { label: string; hint?: string }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <textarea
        id={id}
        rows={4}
        className="w-full rounded-md border border-line-strong/60 bg-surface px-2.5 py-2 text-ink placeholder:text-ink-3"
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        {...rest}
      />
    </Labelled>
  );
}

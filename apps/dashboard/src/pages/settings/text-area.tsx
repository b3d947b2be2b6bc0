import { useId } from 'react';

/** Several lines of text, labelled. */
export function TextArea({
  label,
  hint,
  name,
  defaultValue,
  placeholder,
  disabled,
}: {
  label: string;
  hint?: string;
  name: string;
  defaultValue: string;
  placeholder?: string;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={3}
        defaultValue={defaultValue}
        placeholder={placeholder}
        disabled={disabled}
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        className="w-full rounded-md border border-line-strong/60 bg-surface px-2.5 py-2 text-ink placeholder:text-ink-3"
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

/** One entry a line. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

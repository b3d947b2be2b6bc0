/** A field that a list is searched by. */
export function SearchBox({
  label,
  placeholder,
  text,
  onText,
  className = 'w-full max-w-xs',
}: {
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  className?: string;
}) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={({ target }) => onText(target.value)}
      className={`h-8 rounded-md border border-line bg-surface px-2.5 placeholder:text-ink-3 ${className}`}
    />
  );
}

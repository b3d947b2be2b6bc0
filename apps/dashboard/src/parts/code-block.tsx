import { CopyButton } from './copy.tsx';
import { Scrollable } from './scrollable.tsx';

/** Code that is to be copied. `name` says what it does, `label` what it is. Long lines scroll, and the keyboard reaches them. */
export function CodeBlock({ name, label, code }: { name: string; label: string; code: string }) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-line border-b py-1 pr-1 pl-3 text-ink-2 text-xs">
        <span className="truncate">{label}</span>
        <CopyButton look="quiet" aria-label={`Copy: ${name}`} text={code} />
      </figcaption>
      <Scrollable label={name}>
        <pre className="p-3 font-mono text-xs leading-5">
          <code>{code}</code>
        </pre>
      </Scrollable>
    </figure>
  );
}

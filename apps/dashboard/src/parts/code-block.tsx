import { useState } from 'react';
import { Button } from './button.tsx';
import { Scrollable } from './scrollable.tsx';

/** Code that is to be copied. `name` says what it does, `label` what it is. Long lines scroll, and the keyboard reaches them. */
export function CodeBlock({ name, label, code }: { name: string; label: string; code: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <figure className="min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-line border-b py-1 pr-1 pl-3 text-ink-2 text-xs">
        <span className="truncate">{label}</span>
        <Button look="quiet" aria-label={`Copy: ${name}`} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </figcaption>
      <Scrollable label={name}>
        <pre className="p-3 font-mono text-xs leading-5">
          <code>{code}</code>
        </pre>
      </Scrollable>
    </figure>
  );
}

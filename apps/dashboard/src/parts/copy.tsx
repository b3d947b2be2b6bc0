import { useState } from 'react';
import { Button } from './button.tsx';

/** Takes a text to the clipboard, and says so. */
export function CopyButton({
  text,
  ...rest
}: { text: string } & Pick<Parameters<typeof Button>[0], 'look' | 'aria-label'>) {
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <Button {...rest} onClick={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}

/** A text that is to be taken elsewhere. */
export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-center gap-2">
      <input
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.target.select()}
        className="h-8 min-w-0 flex-1 rounded-md border border-line bg-sunken px-2 font-mono text-xs"
      />
      <CopyButton text={text} />
    </div>
  );
}

/** A secret that nobody can be shown again. */
export function ShownOnce({ text, label }: { text: string; label: string }) {
  return (
    <>
      <p>Keep it now: it is shown this once.</p>
      <Copyable text={text} label={label} />
    </>
  );
}

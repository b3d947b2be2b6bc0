import { useState } from 'react';
import { Button } from './button.tsx';

/** Takes a text to the clipboard, and says so; or that it could not, which is so on a page that came unencrypted. */
export function CopyButton({
  text,
  ...rest
}: { text: string } & Pick<Parameters<typeof Button>[0], 'look' | 'aria-label'>) {
  const [outcome, setOutcome] = useState<'Copied' | 'Copy by hand'>();
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('Copied');
    } catch {
      setOutcome('Copy by hand');
    }
    setTimeout(() => setOutcome(undefined), 1500);
  }
  return (
    <Button {...rest} onClick={() => void copy()}>
      {outcome ?? 'Copy'}
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

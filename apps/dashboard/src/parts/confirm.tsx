import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormError } from './field.tsx';

/** An act that cannot be taken back asks first. */
export function Confirm({
  trigger,
  title,
  children,
  verb,
  act,
}: {
  trigger: (open: () => void) => ReactNode;
  title: string;
  children: ReactNode;
  verb: string;
  act: () => Promise<unknown>;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isActing, setActing] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  async function confirm() {
    setActing(true);
    setError(null);
    try {
      await act();
      setOpen(false);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setActing(false);
    }
  }
  return (
    <>
      {trigger(() => setOpen(true))}
      <Dialog title={title} open={isOpen} onOpenChange={setOpen}>
        <div className="text-ink-2">{children}</div>
        <FormError error={error} />
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button look="danger" disabled={isActing} onClick={() => void confirm()}>
            {verb}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

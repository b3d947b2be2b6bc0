import { type ReactNode, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FormError } from '../../parts/field.tsx';

/** An act that cannot be taken back: it asks, and stays open to say what it was refused for. */
export function Asks({
  trigger,
  title,
  description,
  verb,
  act,
  children,
}: {
  trigger: ReactNode;
  title: string;
  description: string;
  verb: string;
  act: () => Promise<unknown>;
  /** Shown in place of the question once it is done; left out: the dialog closes. */
  children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const [state, setState] = useState<{ isBusy: boolean; error: Error | null; isDone: boolean }>(idle);
  async function run() {
    setState({ ...idle, isBusy: true });
    try {
      await act();
      setState({ ...idle, isDone: true });
      if (children === undefined) setOpen(false);
    } catch (error) {
      setState({ ...idle, error: error as Error });
    }
  }
  const change = (next: boolean) => {
    setOpen(next);
    if (next) setState(idle);
  };
  return (
    <Dialog
      trigger={trigger}
      look="danger"
      open={isOpen}
      onOpenChange={change}
      title={title}
      description={description}
    >
      {state.isDone && children !== undefined ? (
        <div className="space-y-4">
          {children}
          <div className="flex justify-end">
            <Button look="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <>
          <FormError error={state.error} />
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="danger" disabled={state.isBusy} onClick={() => void run()}>
              {verb}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

const idle = { isBusy: false, error: null, isDone: false };

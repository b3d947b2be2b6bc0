import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormError } from './field.tsx';
import { type Fields, fieldsOf } from './form.ts';

/** Asks before something is done, with what has to be told for it; everything shown is brought up to date afterwards. */
export function Ask<Answer>({
  trigger,
  look = 'plain',
  title,
  description,
  verb,
  act,
  onDone,
  onOpen,
  disabled = false,
  children,
}: {
  trigger: ReactNode;
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  title: string;
  description?: string;
  /** On the button that does it. */
  verb: string;
  act: (fields: Fields) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
  onOpen?: () => void;
  disabled?: boolean;
  /** The form's fields. */
  children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const ask = useMutation({
    mutationFn: act,
    async onSuccess(answer) {
      await queryClient.invalidateQueries();
      setOpen(false);
      onDone?.(answer);
    },
    // What was done before it failed is to be seen.
    onError: () => void queryClient.invalidateQueries(),
  });
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(next) => {
        if (next) {
          ask.reset();
          onOpen?.();
        }
        setOpen(next);
      }}
      trigger={trigger}
      look={look}
      disabled={disabled}
      title={title}
      {...(description === undefined ? {} : { description })}
    >
      <form className="space-y-4" onSubmit={(event) => ask.mutate(fieldsOf(event))}>
        {children}
        <FormError error={ask.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button type="submit" look={look === 'danger' ? 'danger' : 'primary'} disabled={ask.isPending}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

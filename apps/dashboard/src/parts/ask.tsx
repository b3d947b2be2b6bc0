import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormError } from './field.tsx';
import { type Fields, fieldsOf } from './form.ts';

/**
 * Asks before something is done, with what has to be told for it, and stays open to say what it was refused for. What the act
 * changes is brought up to date afterwards.
 */
export function Ask<Answer>({
  trigger,
  look = 'plain',
  title,
  description,
  verb,
  verbLook = look === 'danger' ? 'danger' : 'primary',
  act,
  renews,
  shown,
  onDone,
  onOpen,
  onClose,
  disabled = false,
  children,
}: {
  /** The button that opens it; left out: it is open from the start, and whoever shows it takes it away by `onClose`. */
  trigger?: ReactNode;
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** Given the answer once there is one, where that is shown. */
  title: string | ((answer?: Answer) => string);
  description?: string;
  /** On the button that does it. */
  verb: string;
  verbLook?: 'primary' | 'danger';
  act: (fields: Fields) => Promise<Answer>;
  /** The key of the queries that it changes; left out: all of them. */
  renews?: readonly unknown[];
  /**
   * What is shown in the place of the question once it is done, until it is closed; left out: it closes by itself. The lists
   * behind it are renewed only then, for the row that asks may leave them.
   */
  shown?: (answer: Answer) => ReactNode;
  onDone?: (answer: Answer) => void;
  onOpen?: () => void;
  onClose?: () => void;
  disabled?: boolean;
  /** The form's fields. */
  children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(trigger === undefined);
  const queryClient = useQueryClient();
  const renew = () => queryClient.invalidateQueries(renews && { queryKey: renews });
  const ask = useMutation({
    mutationFn: act,
    async onSuccess(answer) {
      if (shown) return;
      await renew();
      change(false);
      onDone?.(answer);
    },
    // What was done before it failed is to be seen.
    onError: () => void renew(),
  });
  function change(next: boolean) {
    setOpen(next);
    if (next) {
      ask.reset();
      onOpen?.();
      return;
    }
    if (shown && ask.isSuccess) void renew();
    onClose?.();
  }
  const isShown = shown !== undefined && ask.isSuccess;
  return (
    <Dialog
      open={isOpen}
      onOpenChange={change}
      trigger={trigger}
      look={look}
      disabled={disabled}
      title={typeof title === 'string' ? title : title(ask.data)}
      {...(description === undefined || isShown ? {} : { description })}
    >
      {isShown ? (
        <div className="space-y-4">
          {shown(ask.data)}
          <div className="flex justify-end">
            <Button look="primary" onClick={() => change(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form className="space-y-4" onSubmit={(event) => ask.mutate(fieldsOf(event))}>
          {children}
          <FormError error={ask.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button type="submit" look={verbLook} disabled={ask.isPending}>
              {verb}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

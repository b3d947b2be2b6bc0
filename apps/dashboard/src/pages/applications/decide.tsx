import type { ApplicationItem } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { intake } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { InvitationLink } from '../../parts/invitation-link.tsx';

/** Makes the applicant a partner, and shows the link that lets them in. */
export function Approve({ application }: { application: ApplicationItem }) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const approve = useMutation({ mutationFn: () => intake.approve(application.id) });
  // The row leaves the list when the link was seen: with it would go the dialog.
  async function close() {
    setOpen(false);
    if (!approve.isSuccess) return;
    await queryClient.invalidateQueries({ queryKey: ['applications'] });
    await queryClient.invalidateQueries({ queryKey: ['partners'] });
  }
  return (
    <Dialog
      trigger="Approve"
      look="primary"
      open={isOpen}
      onOpenChange={(next) => (next ? setOpen(true) : void close())}
      title={approve.data ? `${application.name} is a partner` : `Approve ${application.name}?`}
      description={
        approve.data ? '' : 'They become a partner in the default group, with a link, and may sign in.'
      }
    >
      {approve.data ? (
        <InvitationLink invitation={approve.data.invitation} onDone={() => void close()} />
      ) : (
        <div className="space-y-4">
          <FormError error={approve.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="primary" disabled={approve.isPending} onClick={() => approve.mutate()}>
              Approve
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

export function Reject({ application }: { application: ApplicationItem }) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const reject = useMutation({
    mutationFn: (reason: string) => intake.reject(application.id, reason),
    async onSuccess() {
      setOpen(false);
      await queryClient.invalidateQueries({ queryKey: ['applications'] });
    },
  });
  return (
    <Dialog
      trigger="Reject"
      look="danger"
      open={isOpen}
      onOpenChange={setOpen}
      title={`Reject ${application.name}?`}
      description="They may apply again later."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          reject.mutate(String(new FormData(event.currentTarget).get('reason')));
        }}
      >
        <Field
          label="Reason"
          name="reason"
          required
          maxLength={255}
          autoFocus
          hint="Mailed to the applicant."
        />
        <FormError error={reject.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button type="submit" look="danger" disabled={reject.isPending}>
            Reject
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

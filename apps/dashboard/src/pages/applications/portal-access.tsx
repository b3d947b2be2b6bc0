import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { intake } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { InvitationLink } from '../../parts/invitation-link.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { day } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';

/**
 * Who of a partner signs in, with the invitation, the way to end it, and the tax documents they handed in. A button for the
 * row of a partner; nothing for whoever may do none of it.
 */
export function PortalAccess({
  partner,
}: {
  partner: { id: number; name: string; email_masked: string | null };
}) {
  const [isOpen, setOpen] = useState(false);
  const { may } = useMe();
  const programId = useSubject()?.program?.id;
  if (programId === undefined || (!may('program:update') && !may('billing:manage'))) return null;
  return (
    <Dialog
      trigger={
        <>
          Portal<span className="sr-only"> access of {partner.name}</span>
        </>
      }
      look="quiet"
      open={isOpen}
      onOpenChange={setOpen}
      title={`${partner.name} in the portal`}
      description="Partners see their own links, clicks and commissions, and where their money goes."
    >
      <div className="space-y-6">
        {may('program:update') && (
          <Access programId={programId} partner={partner} onDone={() => setOpen(false)} />
        )}
        {may('billing:manage') && <Documents programId={programId} partnerId={partner.id} />}
      </div>
    </Dialog>
  );
}

function Access({
  programId,
  partner,
  onDone,
}: {
  programId: number;
  partner: { id: number; name: string; email_masked: string | null };
  onDone: () => void;
}) {
  const queryClient = useQueryClient();
  const queryKey = ['portal-access', programId, partner.id];
  const access = useQuery({
    queryKey,
    queryFn: ({ signal }) => intake.access(programId, partner.id, signal),
  });
  const renew = () => queryClient.invalidateQueries({ queryKey });
  const invite = useMutation({
    mutationFn: ({ email = '' }: Fields) => intake.invite(programId, partner.id, email),
    onSuccess: renew,
  });
  const end = useMutation({
    mutationFn: () => intake.endAccess(programId, partner.id),
    onSuccess: renew,
  });
  const [asks, setAsks] = useState(false);
  if (invite.data)
    return (
      <div className="space-y-4">
        <InvitationLink invitation={invite.data} />
        <div className="flex justify-end">
          <Button look="primary" onClick={onDone}>
            Done
          </Button>
        </div>
      </div>
    );
  return (
    <Loading query={access} standIn={<Lines count={3} />}>
      {({ people, invited_until }) => (
        <div className="space-y-4">
          {people.map((one) => (
            <p key={one.id}>
              <span className="font-medium">{one.name}</span>{' '}
              <span className="text-ink-2">{one.email_masked}</span>
              <span className="block text-ink-3 text-xs">
                Since {day(one.joined_at)}
                {one.last_seen_at && `, seen ${day(one.last_seen_at)}`}
              </span>
            </p>
          ))}
          {invited_until && <p className="text-ink-2">An invitation is open until {day(invited_until)}.</p>}
          <form className="space-y-3" onSubmit={(event) => invite.mutate(fieldsOf(event))}>
            <Field
              label="Email"
              name="email"
              type="email"
              required
              hint={
                partner.email_masked
                  ? `The address the partner is known by: ${partner.email_masked}`
                  : 'Of the partner. It is kept as a hash.'
              }
            />
            <FormError error={invite.error ?? end.error} />
            <div className="flex flex-wrap justify-end gap-2">
              {(people.length > 0 || invited_until) &&
                (asks ? (
                  <Button look="danger" disabled={end.isPending} onClick={() => end.mutate()}>
                    Sign them out for good
                  </Button>
                ) : (
                  <Button look="danger" onClick={() => setAsks(true)}>
                    End access
                  </Button>
                ))}
              <Button type="submit" look="primary" disabled={invite.isPending}>
                Invite to the portal
              </Button>
            </div>
          </form>
        </div>
      )}
    </Loading>
  );
}

function Documents({ programId, partnerId }: { programId: number; partnerId: number }) {
  const documents = useQuery({
    queryKey: ['tax-documents', programId, partnerId],
    queryFn: ({ signal }) => intake.taxDocuments(programId, partnerId, signal),
  });
  return (
    <section>
      <h3 className="mb-1 font-medium">Tax documents</h3>
      <Loading query={documents} standIn={<Lines count={1} />}>
        {(all) =>
          all.length === 0 ? (
            <p className="text-ink-2">None were handed in.</p>
          ) : (
            <ul className="space-y-1">
              {all.map((one) => (
                <li key={one.id} className="flex justify-between gap-3">
                  <a
                    href={intake.taxDocument(one.id)}
                    download={one.file_name}
                    className="min-w-0 truncate text-accent hover:underline"
                  >
                    {one.file_name}
                  </a>
                  <span className="text-ink-3 text-xs">{day(one.uploaded_at)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
    </section>
  );
}

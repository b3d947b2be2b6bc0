import type { PortalInvitation } from '@headwater/contract';
import { day } from '../shell/format.ts';
import { Copyable } from './copy.tsx';

/** A link that lets a partner in, shown once. */
export function InvitationLink({
  invitation: { link, mailed, expires_at },
}: {
  invitation: PortalInvitation;
}) {
  return (
    <>
      <p>
        {mailed
          ? `A mail is on its way. The link works too, once, until ${day(expires_at)}:`
          : `Hand this link on yourself. It works once, until ${day(expires_at)}, and is shown only now:`}
      </p>
      <Copyable text={link} label="Invitation link" />
    </>
  );
}

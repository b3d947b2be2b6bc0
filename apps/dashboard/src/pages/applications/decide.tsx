import type { ApplicationItem, ApprovedApplication } from '@headwater/contract';
import { intake } from '../../client/portal.ts';
import { Ask } from '../../parts/ask.tsx';
import { InvitationLink } from '../../parts/invitation-link.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';

/** Makes the applicant a partner, and shows the link that lets them in. */
export function Approve({ application: { id, name } }: { application: ApplicationItem }) {
  return (
    <Ask
      trigger="Approve"
      look="primary"
      title={(approved?: ApprovedApplication) => (approved ? `${name} is a partner` : `Approve ${name}?`)}
      description="They become a partner in the default group, with a link, and may sign in."
      verb="Approve"
      act={() => intake.approve(id)}
      shown={({ invitation }) => <InvitationLink invitation={invitation} />}
    />
  );
}

export function Reject({ application: { id, name } }: { application: ApplicationItem }) {
  return (
    <Ask
      trigger="Reject"
      look="danger"
      title={`Reject ${name}?`}
      description="They may apply again later."
      verb="Reject"
      act={({ reason = '' }) => intake.reject(id, reason)}
      renews={['applications']}
    >
      <ReasonField hint="Mailed to the applicant." />
    </Ask>
  );
}

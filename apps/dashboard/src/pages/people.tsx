import type { Member, Role } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../client/index.ts';
import { Ask } from '../parts/ask.tsx';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Card, PageHead } from '../parts/card.tsx';
import { Copyable } from '../parts/copy.tsx';
import { Field, FormError, Select } from '../parts/field.tsx';
import { Lines, Loading } from '../parts/states.tsx';
import { day, words } from '../shell/format.ts';
import { useMe } from '../shell/session.ts';

const roles: readonly [Role, string][] = [
  ['owner', 'everything, keys included'],
  ['admin', 'everything but keys and owners'],
  ['finance', 'reviews commissions, bills and pays'],
  ['analyst', 'sees everything, changes nothing'],
  ['read_only', 'sees reports and lists'],
];

const queryKey = ['members'];

export function People() {
  const query = useQuery({ queryKey, queryFn: api.members });
  const { me, workspace } = useMe();
  return (
    <>
      <PageHead title="People">
        <Invite mayInviteOwners={workspace.role === 'owner'} />
      </PageHead>
      <Loading query={query} standIn={<Lines />}>
        {({ data, invitations }) => (
          <>
            <Card title="Members">
              <ul className="divide-y divide-line">
                {data.map((member) => (
                  <MemberRow
                    key={member.id}
                    member={member}
                    isMe={member.id === me.person.id}
                    mayChange={workspace.role === 'owner' || member.role !== 'owner'}
                    mayMakeOwner={workspace.role === 'owner'}
                  />
                ))}
              </ul>
            </Card>
            {invitations.length > 0 && (
              <Card title="Open invitations" className="mt-4">
                <ul className="divide-y divide-line">
                  {invitations.map((one) => (
                    <InvitationRow key={one.id} {...one} />
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Loading>
    </>
  );
}

function useChange<Input>(change: (input: Input) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queryClient.invalidateQueries({ queryKey }),
  });
}

function MemberRow({
  member,
  isMe,
  mayChange,
  mayMakeOwner,
}: {
  member: Member;
  isMe: boolean;
  mayChange: boolean;
  mayMakeOwner: boolean;
}) {
  const setRole = useChange((role: Role) => api.changeRole(member.id, role));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <p className="truncate font-medium">
          {member.name} {isMe && <span className="font-normal text-ink-3">(you)</span>}
        </p>
        <p className="truncate text-ink-2">{member.email}</p>
        <FormError error={setRole.error} />
      </div>
      {member.two_factor && <Badge tone="good">Two factors</Badge>}
      <p className="text-ink-3 text-xs">
        {member.last_seen_at ? `Seen ${day(member.last_seen_at)}` : 'Signed out'}
      </p>
      {mayChange && !isMe ? (
        <>
          <Select
            label={`Role of ${member.name}`}
            hideLabel
            value={member.role}
            disabled={setRole.isPending}
            onChange={({ target }) => setRole.mutate(target.value as Role)}
          >
            <RoleOptions withOwner={mayMakeOwner} />
          </Select>
          <Ask
            trigger="Remove"
            look="danger"
            title={`Remove ${member.name}?`}
            description="They are signed out at once. What they did stays in the audit log."
            verb="Remove"
            act={() => api.removeMember(member.id)}
            renews={queryKey}
          />
        </>
      ) : (
        <Badge>{words(member.role)}</Badge>
      )}
    </li>
  );
}

function InvitationRow({
  id,
  email,
  role,
  expires_at,
}: {
  id: number;
  email: string;
  role: Role;
  expires_at: string;
}) {
  const takeBack = useChange(() => api.takeBackInvitation(id));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-52 truncate">{email}</span>
      <Badge>{words(role)}</Badge>
      <span className="text-ink-3 text-xs">until {day(expires_at)}</span>
      <Button look="quiet" disabled={takeBack.isPending} onClick={() => takeBack.mutate(undefined)}>
        Take back
      </Button>
    </li>
  );
}

function RoleOptions({ withOwner }: { withOwner: boolean }) {
  return roles
    .filter(([role]) => withOwner || role !== 'owner')
    .map(([role]) => (
      <option key={role} value={role}>
        {words(role)}
      </option>
    ));
}

function Invite({ mayInviteOwners }: { mayInviteOwners: boolean }) {
  const [role, setRole] = useState<Role>('analyst');
  return (
    <Ask
      trigger="Invite"
      look="primary"
      title="Invite somebody"
      verb="Invite"
      act={({ email = '' }) => api.invite(email, role)}
      renews={queryKey}
      shown={({ link, mailed }) => (
        <>
          <p>
            {mailed
              ? 'A mail is on its way. The link works too, once, for seven days:'
              : 'Hand this link on yourself. It works once, for seven days, and is shown only now:'}
          </p>
          <Copyable text={link} label="Invitation link" />
        </>
      )}
    >
      <Field label="Email" name="email" type="email" required autoFocus />
      <div>
        <Select label="Role" value={role} onChange={({ target }) => setRole(target.value as Role)}>
          <RoleOptions withOwner={mayInviteOwners} />
        </Select>
        <p className="mt-1 text-ink-3 text-xs">
          {words(role)}: {roles.find(([one]) => one === role)?.[1]}.
        </p>
      </div>
    </Ask>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/index.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Card, PageHead } from '../parts/card.tsx';
import { Copyable } from '../parts/copy.tsx';
import { Field, FormError } from '../parts/field.tsx';
import { fieldsOf } from '../parts/form.ts';
import { Lines, Loading } from '../parts/states.tsx';
import { dateTime } from '../shell/format.ts';
import { meQuery, useMe } from '../shell/session.ts';
import { ChangePassword } from './change-password.tsx';

export function Account() {
  const { me } = useMe();
  return (
    <>
      <PageHead title="Your account" />
      <p className="-mt-2 mb-5 text-ink-2">
        {me.person.name}, {me.person.email}
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <TwoFactor isOn={me.person.two_factor} />
        <ChangePassword />
        <Sessions />
      </div>
    </>
  );
}

function TwoFactor({ isOn }: { isOn: boolean }) {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  const enable = useMutation({ mutationFn: api.enableTwoFactor });
  const verify = useMutation({
    mutationFn: api.verifyCode,
    async onSuccess() {
      await refresh();
      enable.reset();
    },
  });
  const disable = useMutation({ mutationFn: api.disableTwoFactor, onSuccess: refresh });
  const secret = enable.data && new URL(enable.data.totpURI).searchParams.get('secret');
  return (
    <Card title="Second factor" aside={isOn ? <Badge tone="good">On</Badge> : <Badge>Off</Badge>}>
      {enable.data && !isOn ? (
        <form className="space-y-4 p-4" onSubmit={(event) => verify.mutate(fieldsOf(event).code ?? '')}>
          <p>Add this key to your authenticator, then type the code that it shows.</p>
          <Copyable text={secret ?? ''} label="Key for your authenticator" />
          <p>Keep these backup codes; each works once when your phone is gone.</p>
          <Copyable text={enable.data.backupCodes.join(' ')} label="Backup codes" />
          <Field
            label="Code"
            name="code"
            inputMode="numeric"
            pattern="\d{6}"
            required
            autoComplete="one-time-code"
          />
          <FormError error={verify.error} />
          <Button type="submit" look="primary" disabled={verify.isPending}>
            Turn on
          </Button>
        </form>
      ) : (
        <form
          className="space-y-4 p-4"
          onSubmit={(event) => {
            const { password = '' } = fieldsOf(event);
            if (isOn) disable.mutate(password);
            else enable.mutate(password);
          }}
        >
          <p className="text-ink-2">
            {isOn
              ? 'Signing in takes a code of your authenticator besides your password.'
              : 'A code of your authenticator besides your password: a stolen password alone opens nothing.'}
          </p>
          <Field label="Password" name="password" type="password" required autoComplete="current-password" />
          <FormError error={enable.error ?? disable.error} />
          <Button
            type="submit"
            look={isOn ? 'danger' : 'primary'}
            disabled={enable.isPending || disable.isPending}
          >
            {isOn ? 'Turn off' : 'Set up'}
          </Button>
        </form>
      )}
    </Card>
  );
}

function Sessions() {
  const queryClient = useQueryClient();
  const query = useQuery({ queryKey: ['sessions'], queryFn: api.sessions });
  const revoke = useMutation({
    mutationFn: api.revokeSession,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Card title="Where you are signed in">
      <Loading query={query} standIn={<Lines count={3} />}>
        {(sessions) => (
          <ul className="divide-y divide-line">
            {sessions.map((one) => (
              <li key={one.token} className="flex items-center justify-between gap-4 px-4 py-2.5">
                <span className="min-w-0">
                  <span className="block truncate font-medium">{browserOf(one.userAgent)}</span>
                  <span className="block text-ink-3 text-xs">since {dateTime(one.createdAt)}</span>
                </span>
                <Button look="quiet" disabled={revoke.isPending} onClick={() => revoke.mutate(one.token)}>
                  Sign out
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loading>
    </Card>
  );
}

/** Roughly what a user agent is: enough to tell one's own devices apart. */
function browserOf(userAgent: string | null): string {
  if (!userAgent) return 'Unknown browser';
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(userAgent)?.[0] ?? 'A browser';
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(userAgent)?.[0];
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser;
  return system ? `${name} on ${system.replace('Mac OS X', 'macOS')}` : name;
}

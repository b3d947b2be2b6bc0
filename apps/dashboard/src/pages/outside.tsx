import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError, api } from '../client/index.ts';
import { Button } from '../parts/button.tsx';
import { Field, FormError } from '../parts/field.tsx';
import { Failure, Lines } from '../parts/states.tsx';
import { words } from '../shell/format.ts';

/** The pages of who is not signed in yet. */
function Outside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <p className="mb-6 flex items-center justify-center gap-2 font-semibold text-lg">
          <img src="/icon.svg" alt="" width={26} height={26} />
          Headwater
        </p>
        <div className="rounded-xl border border-line bg-surface p-6">
          <h1 className="mb-4 font-semibold text-lg">{title}</h1>
          {children}
        </div>
      </div>
    </main>
  );
}

const secret = () => location.hash.slice(1);

function fieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
}

/** Into the workspace, or where partners belong, with nothing of what was known before. */
async function enter(): Promise<void> {
  const next = new URLSearchParams(location.search).get('next');
  if (next?.startsWith('/') && !next.startsWith('//')) return location.assign(next);
  const isNobody = (error: Error) => error instanceof ApiError && error.status === 401;
  const isMember = await api.me().then(
    () => true,
    (error) => !isNobody(error),
  );
  location.assign(isMember ? '/' : '/partners');
}

const passwordHint = 'At least 10 characters. A sentence is easier to remember than a puzzle.';

export function SignIn() {
  const [asksCode, setAsksCode] = useState(false);
  const [forgot, setForgot] = useState(false);
  const state = useQuery({ queryKey: ['state'], queryFn: api.state });
  const signIn = useMutation({
    mutationFn: ({ email = '', password = '' }: Record<string, string>) => api.signIn(email, password),
    onSuccess: ({ twoFactorRedirect }) => (twoFactorRedirect ? setAsksCode(true) : enter()),
  });
  const verify = useMutation({
    mutationFn: ({ code = '' }: Record<string, string>) => api.verifyCode(code.trim()),
    onSuccess: enter,
  });
  if (forgot) return <ForgotPassword back={() => setForgot(false)} />;
  if (asksCode)
    return (
      <Outside title="Your code">
        <form className="space-y-4" onSubmit={(event) => verify.mutate(fieldsOf(event))}>
          <Field
            label="Code"
            name="code"
            autoFocus
            required
            autoComplete="one-time-code"
            hint="Six digits from your authenticator, or one of your backup codes."
          />
          <FormError error={verify.error} />
          <Button type="submit" look="primary" className="w-full" disabled={verify.isPending}>
            Go on
          </Button>
        </form>
      </Outside>
    );
  return (
    <Outside title="Sign in">
      {state.data?.needs_owner && (
        <p className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-accent">
          Nobody owns this Headwater yet. The server printed a link when it started: open it to become the
          owner.
        </p>
      )}
      <form className="space-y-4" onSubmit={(event) => signIn.mutate(fieldsOf(event))}>
        <Field label="Email" name="email" type="email" required autoComplete="username" autoFocus />
        <Field label="Password" name="password" type="password" required autoComplete="current-password" />
        <FormError error={signIn.error} />
        <Button type="submit" look="primary" className="w-full" disabled={signIn.isPending}>
          Sign in
        </Button>
        {state.data?.can_mail && (
          <Button look="quiet" className="w-full" onClick={() => setForgot(true)}>
            Forgot your password?
          </Button>
        )}
      </form>
    </Outside>
  );
}

function ForgotPassword({ back }: { back: () => void }) {
  const ask = useMutation({
    mutationFn: ({ email = '' }: Record<string, string>) => api.forgotPassword(email),
  });
  return (
    <Outside title="A new password">
      {ask.isSuccess ? (
        <p role="status">If the address has an account, a mail with a link is on its way.</p>
      ) : (
        <form className="space-y-4" onSubmit={(event) => ask.mutate(fieldsOf(event))}>
          <Field label="Email" name="email" type="email" required autoComplete="username" autoFocus />
          <FormError error={ask.error} />
          <Button type="submit" look="primary" className="w-full" disabled={ask.isPending}>
            Send me a link
          </Button>
        </form>
      )}
      <Button look="quiet" className="mt-3 w-full" onClick={back}>
        Back
      </Button>
    </Outside>
  );
}

export function NewPassword() {
  const save = useMutation({
    mutationFn: ({ password = '' }: Record<string, string>) => api.newPassword(secret(), password),
    onSuccess: () => location.assign('/sign-in'),
  });
  return (
    <Outside title="A new password">
      <form className="space-y-4" onSubmit={(event) => save.mutate(fieldsOf(event))}>
        <Field
          label="New password"
          name="password"
          type="password"
          required
          minLength={10}
          autoComplete="new-password"
          hint={passwordHint}
        />
        <FormError error={save.error} />
        <Button type="submit" look="primary" className="w-full" disabled={save.isPending}>
          Save
        </Button>
      </form>
    </Outside>
  );
}

export function FirstOwner() {
  const queryClient = useQueryClient();
  const signUp = useMutation({
    mutationFn: ({ name = '', email = '', password = '' }: Record<string, string>) =>
      api.firstOwner({ token: secret(), name, email, password }),
    onSuccess: () => {
      queryClient.clear();
      location.assign('/');
    },
  });
  return (
    <Outside title="Become the owner">
      <p className="mb-4 text-ink-2">
        This link works once. You will own the workspace, and invite the others.
      </p>
      <form className="space-y-4" onSubmit={(event) => signUp.mutate(fieldsOf(event))}>
        <Field label="Your name" name="name" required maxLength={255} autoComplete="name" autoFocus />
        <Field label="Email" name="email" type="email" required autoComplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          required
          minLength={10}
          maxLength={128}
          autoComplete="new-password"
          hint={passwordHint}
        />
        <FormError error={signUp.error} />
        <Button type="submit" look="primary" className="w-full" disabled={signUp.isPending}>
          Create my account
        </Button>
      </form>
    </Outside>
  );
}

export function Invitation() {
  const open = useQuery({
    queryKey: ['invitation'],
    queryFn: () => api.openInvitation(secret()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useMutation({
    mutationFn: (fields: Record<string, string>) => api.acceptInvitation({ token: secret(), ...fields }),
    onSuccess: () => location.assign(open.data?.has_account ? '/sign-in' : '/'),
  });
  if (open.error)
    return (
      <Outside title="Your invitation">
        <Failure error={open.error} />
        <Link to="/sign-in" className="text-accent underline">
          Sign in
        </Link>
      </Outside>
    );
  if (!open.data)
    return (
      <Outside title="Your invitation">
        <Lines count={3} />
      </Outside>
    );
  const { workspace, role, email, has_account } = open.data;
  return (
    <Outside title={`Join ${workspace}`}>
      <p className="mb-4 text-ink-2">
        As <strong className="text-ink">{words(role).toLowerCase()}</strong>, with {email}.
      </p>
      <form className="space-y-4" onSubmit={(event) => accept.mutate(fieldsOf(event))}>
        {!has_account && (
          <>
            <Field label="Your name" name="name" required maxLength={255} autoComplete="name" autoFocus />
            <Field
              label="Password"
              name="password"
              type="password"
              required
              minLength={10}
              maxLength={128}
              autoComplete="new-password"
              hint={passwordHint}
            />
          </>
        )}
        <FormError error={accept.error} />
        <Button type="submit" look="primary" className="w-full" disabled={accept.isPending}>
          {has_account ? 'Join, then sign in' : 'Join'}
        </Button>
      </form>
    </Outside>
  );
}

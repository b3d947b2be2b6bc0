import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api } from '../../client/index.ts';
import { portal } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { Failure, Lines } from '../../parts/states.tsx';

/** The partners' pages of who is not signed in yet. */
function Outside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <p className="mb-6 flex items-center justify-center gap-2 font-semibold text-lg">
          <img src="/icon.svg" alt="" width={26} height={26} />
          Partner portal
        </p>
        <div className="rounded-xl border border-line bg-surface p-6">
          <h1 className="mb-4 font-semibold text-lg">{title}</h1>
          {children}
        </div>
      </div>
    </main>
  );
}

function fieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
}

/** Into the portal, with nothing of what was known before. */
function enter(): void {
  const next = new URLSearchParams(location.search).get('next');
  location.assign(next?.startsWith('/partners') ? next : '/partners');
}

export function PortalSignIn() {
  const [asksCode, setAsksCode] = useState(false);
  const [forgot, setForgot] = useState(false);
  const state = useQuery({ queryKey: ['state'], queryFn: api.state });
  const signIn = useMutation({
    mutationFn: async ({ email = '', password = '' }: Record<string, string>) => {
      const { twoFactorRedirect } = await api.signIn(email, password);
      if (!twoFactorRedirect) await mustBePartner();
      return twoFactorRedirect;
    },
    onSuccess: (asks) => (asks ? setAsksCode(true) : enter()),
  });
  const verify = useMutation({
    mutationFn: async ({ code = '' }: Record<string, string>) => {
      await api.verifyCode(code.trim());
      await mustBePartner();
    },
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

/** An account may be a member’s of a workspace, and no partner’s. */
async function mustBePartner(): Promise<void> {
  await portal.me().catch((error: Error) => {
    throw (error as { status?: number }).status === 401
      ? new Error('This account is no partner of a program. Open the invitation you were sent.')
      : error;
  });
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

export function PortalInvitation() {
  const token = () => location.hash.slice(1);
  const open = useQuery({
    queryKey: ['portal', 'invitation'],
    queryFn: () => portal.openInvitation(token()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useMutation({
    mutationFn: (fields: Record<string, string>) => portal.acceptInvitation({ token: token(), ...fields }),
    onSuccess: () => location.assign(open.data?.has_account ? '/partners/sign-in' : '/partners'),
  });
  if (open.error)
    return (
      <Outside title="Your invitation">
        <Failure error={open.error} />
        <Link to="/partners/sign-in" className="text-accent underline">
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
  const { programs, partner, email, has_account } = open.data;
  return (
    <Outside title={programs.length > 0 ? `Partner of ${programs.join(', ')}` : 'Become a partner'}>
      <p className="mb-4 text-ink-2">
        {has_account ? `With the account that ${email} has here already.` : `You will sign in with ${email}.`}
      </p>
      <form className="space-y-4" onSubmit={(event) => accept.mutate(fieldsOf(event))}>
        {!has_account && (
          <>
            <Field
              label="Your name"
              name="name"
              required
              maxLength={255}
              autoComplete="name"
              defaultValue={partner}
            />
            <Field
              label="Password"
              name="password"
              type="password"
              required
              autoFocus
              minLength={10}
              maxLength={128}
              autoComplete="new-password"
              hint="At least 10 characters. A sentence is easier to remember than a puzzle."
            />
          </>
        )}
        <FormError error={accept.error} />
        <Button type="submit" look="primary" className="w-full" disabled={accept.isPending}>
          {has_account ? 'Join, then sign in' : 'Open the portal'}
        </Button>
      </form>
    </Outside>
  );
}

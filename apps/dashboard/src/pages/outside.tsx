import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ApiError, api } from '../client/index.ts';
import { Button } from '../parts/button.tsx';
import { Field, FormError } from '../parts/field.tsx';
import { type Fields, fieldsOf } from '../parts/form.ts';
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

/** Their one form: its fields, what it was refused for, and the button that sends it. */
function OutsideForm({
  send,
  verb,
  children,
  after,
}: {
  send: { mutate: (fields: Fields) => void; error: Error | null; isPending: boolean };
  verb: string;
  children: ReactNode;
  after?: ReactNode;
}) {
  return (
    <form className="space-y-4" onSubmit={(event) => send.mutate(fieldsOf(event))}>
      {children}
      <FormError error={send.error} />
      <Button type="submit" look="primary" className="w-full" disabled={send.isPending}>
        {verb}
      </Button>
      {after}
    </form>
  );
}

const EmailField = ({ autoFocus = false }) => (
  <Field label="Email" name="email" type="email" required autoComplete="username" autoFocus={autoFocus} />
);

const NameField = () => (
  <Field label="Your name" name="name" required maxLength={255} autoComplete="name" autoFocus />
);

const NewPasswordField = ({ label = 'Password' }) => (
  <Field
    label={label}
    name="password"
    type="password"
    required
    minLength={10}
    maxLength={128}
    autoComplete="new-password"
    hint="At least 10 characters. A sentence is easier to remember than a puzzle."
  />
);

const secret = () => location.hash.slice(1);

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

export function SignIn() {
  const [asksCode, setAsksCode] = useState(false);
  const [forgot, setForgot] = useState(false);
  const state = useQuery({ queryKey: ['state'], queryFn: api.state });
  const signIn = useMutation({
    mutationFn: ({ email = '', password = '' }: Fields) => api.signIn(email, password),
    onSuccess: ({ twoFactorRedirect }) => (twoFactorRedirect ? setAsksCode(true) : enter()),
  });
  const verify = useMutation({
    mutationFn: ({ code = '' }: Fields) => api.verifyCode(code.trim()),
    onSuccess: enter,
  });
  if (forgot) return <ForgotPassword back={() => setForgot(false)} />;
  if (asksCode)
    return (
      <Outside title="Your code">
        <OutsideForm send={verify} verb="Go on">
          <Field
            label="Code"
            name="code"
            autoFocus
            required
            autoComplete="one-time-code"
            hint="Six digits from your authenticator, or one of your backup codes."
          />
        </OutsideForm>
      </Outside>
    );
  const askForgot = state.data?.can_mail && (
    <Button look="quiet" className="w-full" onClick={() => setForgot(true)}>
      Forgot your password?
    </Button>
  );
  return (
    <Outside title="Sign in">
      {state.data?.needs_owner && (
        <p className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-accent">
          Nobody owns this Headwater yet. The server printed a link when it started: open it to become the
          owner.
        </p>
      )}
      <OutsideForm send={signIn} verb="Sign in" after={askForgot}>
        <EmailField autoFocus />
        <Field label="Password" name="password" type="password" required autoComplete="current-password" />
      </OutsideForm>
    </Outside>
  );
}

function ForgotPassword({ back }: { back: () => void }) {
  const ask = useMutation({ mutationFn: ({ email = '' }: Fields) => api.forgotPassword(email) });
  return (
    <Outside title="A new password">
      {ask.isSuccess ? (
        <p role="status">If the address has an account, a mail with a link is on its way.</p>
      ) : (
        <OutsideForm send={ask} verb="Send me a link">
          <EmailField autoFocus />
        </OutsideForm>
      )}
      <Button look="quiet" className="mt-3 w-full" onClick={back}>
        Back
      </Button>
    </Outside>
  );
}

export function NewPassword() {
  const save = useMutation({
    mutationFn: ({ password = '' }: Fields) => api.newPassword(secret(), password),
    onSuccess: () => location.assign('/sign-in'),
  });
  return (
    <Outside title="A new password">
      <OutsideForm send={save} verb="Save">
        <NewPasswordField label="New password" />
      </OutsideForm>
    </Outside>
  );
}

export function FirstOwner() {
  const queryClient = useQueryClient();
  const signUp = useMutation({
    mutationFn: ({ name = '', email = '', password = '' }: Fields) =>
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
      <OutsideForm send={signUp} verb="Create my account">
        <NameField />
        <EmailField />
        <NewPasswordField />
      </OutsideForm>
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
    mutationFn: (fields: Fields) => api.acceptInvitation({ token: secret(), ...fields }),
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
      <OutsideForm send={accept} verb={has_account ? 'Join, then sign in' : 'Join'}>
        {!has_account && (
          <>
            <NameField />
            <NewPasswordField />
          </>
        )}
      </OutsideForm>
    </Outside>
  );
}

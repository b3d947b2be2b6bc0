import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../client/index.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import type { Fields } from '../parts/form.ts';
import { Outside, OutsideForm } from '../parts/outside.tsx';

/** How members and partners sign in: by password, by a code where one is asked for, or by a mail to choose a new password. */
export function SignInForm({
  product,
  admit = async () => undefined,
  enter,
}: {
  product?: string;
  /** Rejects whom the password lets in, and this product does not. */
  admit?: () => Promise<unknown>;
  enter: () => Promise<void> | void;
}) {
  const [asksCode, setAsksCode] = useState(false);
  const [forgot, setForgot] = useState(false);
  const state = useQuery({ queryKey: ['state'], queryFn: api.state });
  const signIn = useMutation({
    async mutationFn({ email = '', password = '' }: Fields) {
      const { twoFactorRedirect = false } = await api.signIn(email, password);
      if (!twoFactorRedirect) await admit();
      return twoFactorRedirect;
    },
    onSuccess: (mustTellCode) => (mustTellCode ? setAsksCode(true) : enter()),
  });
  const verify = useMutation({
    async mutationFn({ code = '' }: Fields) {
      await api.verifyCode(code.trim());
      await admit();
    },
    onSuccess: enter,
  });
  const frame = product === undefined ? {} : { product };
  if (forgot) return <ForgotPassword frame={frame} back={() => setForgot(false)} />;
  if (asksCode)
    return (
      <Outside title="Your code" {...frame}>
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
    <Outside title="Sign in" {...frame}>
      {state.data?.needs_owner && (
        <p className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-accent">
          Nobody owns this Headwater yet. The server printed a link when it started: open it to become the
          owner.
        </p>
      )}
      <OutsideForm send={signIn} verb="Sign in" after={askForgot}>
        <EmailField />
        <Field label="Password" name="password" type="password" required autoComplete="current-password" />
      </OutsideForm>
    </Outside>
  );
}

function ForgotPassword({ frame, back }: { frame: { product?: string }; back: () => void }) {
  const ask = useMutation({ mutationFn: ({ email = '' }: Fields) => api.forgotPassword(email) });
  return (
    <Outside title="A new password" {...frame}>
      {ask.isSuccess ? (
        <p role="status">If the address has an account, a mail with a link is on its way.</p>
      ) : (
        <OutsideForm send={ask} verb="Send me a link">
          <EmailField />
        </OutsideForm>
      )}
      <Button look="quiet" className="mt-3 w-full" onClick={back}>
        Back
      </Button>
    </Outside>
  );
}

const EmailField = () => (
  <Field label="Email" name="email" type="email" required autoComplete="username" autoFocus />
);

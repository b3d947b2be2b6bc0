import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError, api } from '../client/index.ts';
import { Field } from '../parts/field.tsx';
import type { Fields } from '../parts/form.ts';
import { NewPasswordField } from '../parts/new-password-field.tsx';
import { Outside, OutsideForm, secretOfLink } from '../parts/outside.tsx';
import { Failure, Lines } from '../parts/states.tsx';
import { words } from '../shell/format.ts';
import { SignInForm } from './sign-in-form.tsx';

const NameField = () => (
  <Field label="Your name" name="name" required maxLength={255} autoComplete="name" autoFocus />
);

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

export const SignIn = () => <SignInForm enter={enter} />;

export function NewPassword() {
  const save = useMutation({
    mutationFn: ({ password = '' }: Fields) => api.newPassword(secretOfLink(), password),
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
      api.firstOwner({ token: secretOfLink(), name, email, password }),
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
        <Field label="Email" name="email" type="email" required autoComplete="username" />
        <NewPasswordField />
      </OutsideForm>
    </Outside>
  );
}

export function Invitation() {
  const open = useQuery({
    queryKey: ['invitation'],
    queryFn: () => api.openInvitation(secretOfLink()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useMutation({
    mutationFn: (fields: Fields) => api.acceptInvitation({ token: secretOfLink(), ...fields }),
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

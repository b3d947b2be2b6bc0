import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '../../client/index.ts';
import { portal } from '../../client/portal.ts';
import { Field } from '../../parts/field.tsx';
import type { Fields } from '../../parts/form.ts';
import { NewPasswordField } from '../../parts/new-password-field.tsx';
import { Outside, OutsideForm, secretOfLink } from '../../parts/outside.tsx';
import { Failure, Lines } from '../../parts/states.tsx';
import { SignInForm } from '../sign-in-form.tsx';

const product = 'Partner portal';

/** Into the portal, with nothing of what was known before. */
function enter(): void {
  const next = new URLSearchParams(location.search).get('next');
  location.assign(next?.startsWith('/partners') ? next : '/partners');
}

export const PortalSignIn = () => <SignInForm product={product} admit={mustBePartner} enter={enter} />;

/** An account may be a member’s of a workspace, and no partner’s. */
async function mustBePartner(): Promise<void> {
  await portal.me().catch((error: Error) => {
    throw error instanceof ApiError && error.status === 401
      ? new Error('This account is no partner of a program. Open the invitation you were sent.')
      : error;
  });
}

export function PortalInvitation() {
  const open = useQuery({
    queryKey: ['portal', 'invitation'],
    queryFn: () => portal.openInvitation(secretOfLink()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useMutation({
    mutationFn: (fields: Fields) => portal.acceptInvitation({ token: secretOfLink(), ...fields }),
    onSuccess: () => location.assign(open.data?.has_account ? '/partners/sign-in' : '/partners'),
  });
  if (open.error)
    return (
      <Outside product={product} title="Your invitation">
        <Failure error={open.error} />
        <Link to="/partners/sign-in" className="text-accent underline">
          Sign in
        </Link>
      </Outside>
    );
  if (!open.data)
    return (
      <Outside product={product} title="Your invitation">
        <Lines count={3} />
      </Outside>
    );
  const { programs, partner, email, has_account } = open.data;
  return (
    <Outside
      product={product}
      title={programs.length > 0 ? `Partner of ${programs.join(', ')}` : 'Become a partner'}
    >
      <p className="mb-4 text-ink-2">
        {has_account ? `With the account that ${email} has here already.` : `You will sign in with ${email}.`}
      </p>
      <OutsideForm send={accept} verb={has_account ? 'Join, then sign in' : 'Open the portal'}>
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
            <NewPasswordField autoFocus />
          </>
        )}
      </OutsideForm>
    </Outside>
  );
}

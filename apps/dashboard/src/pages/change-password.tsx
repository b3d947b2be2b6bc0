import { useMutation } from '@tanstack/react-query';
import { api } from '../client/index.ts';
import { Button } from '../parts/button.tsx';
import { Card } from '../parts/card.tsx';
import { Field, FormError } from '../parts/field.tsx';
import { type Fields, fieldsOf } from '../parts/form.ts';
import { NewPasswordField } from '../parts/new-password-field.tsx';

/** A new password, of a member or a partner; every other device is signed out by it. */
export function ChangePassword() {
  const change = useMutation({
    mutationFn: ({ present = '', password = '' }: Fields) => api.changePassword(present, password),
  });
  return (
    <Card title="Password">
      <form
        className="space-y-4 p-4"
        onSubmit={(event) => {
          const form = event.currentTarget;
          change.mutate(fieldsOf(event), { onSuccess: () => form.reset() });
        }}
      >
        <Field
          label="Present password"
          name="present"
          type="password"
          required
          autoComplete="current-password"
        />
        <NewPasswordField label="New password" hint="Every other device is signed out." />
        <FormError error={change.error} />
        <div className="flex items-center gap-3">
          <Button type="submit" disabled={change.isPending}>
            Change password
          </Button>
          <span role="status" className="text-good">
            {change.isSuccess && 'Changed'}
          </span>
        </div>
      </form>
    </Card>
  );
}

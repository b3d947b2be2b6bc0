import { useMutation } from '@tanstack/react-query';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field, FormError } from '../../parts/field.tsx';

/** A new password; every other device is signed out by it. */
export function Password() {
  const change = useMutation({
    mutationFn: ({ current = '', next = '' }: Record<string, string>) => api.changePassword(current, next),
  });
  return (
    <Card title="Password">
      <form
        className="space-y-3 px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const fields = Object.fromEntries(new FormData(form)) as Record<string, string>;
          change.mutate(fields, { onSuccess: () => form.reset() });
        }}
      >
        <Field
          label="Your password"
          name="current"
          type="password"
          required
          autoComplete="current-password"
        />
        <Field
          label="New password"
          name="next"
          type="password"
          required
          minLength={10}
          maxLength={128}
          autoComplete="new-password"
          hint="At least 10 characters. Every other device is signed out."
        />
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

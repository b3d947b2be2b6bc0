import { Field } from './field.tsx';

/** A password that is chosen now, within the bounds of the server. */
export function NewPasswordField({
  label = 'Password',
  hint = 'A sentence is easier to remember than a puzzle.',
  autoFocus = false,
}) {
  return (
    <Field
      label={label}
      name="password"
      type="password"
      required
      minLength={10}
      maxLength={128}
      autoComplete="new-password"
      autoFocus={autoFocus}
      hint={`At least 10 characters. ${hint}`}
    />
  );
}

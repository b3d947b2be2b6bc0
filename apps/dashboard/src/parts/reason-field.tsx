import { Field } from './field.tsx';

/** Why something is done; the server keeps it. */
export function ReasonField({ hint }: { hint: string }) {
  return <Field label="Reason" name="reason" required maxLength={255} autoFocus hint={hint} />;
}

import type { ProgramRecord } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { settingsApi } from '../../client/settings.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { type Fields, fieldsOf, linesOf } from '../../parts/form.ts';
import { TextArea } from '../../parts/text-area.tsx';
import { words } from '../../shell/format.ts';
import { subjectsQuery, useMe } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';

/** Windows, model and what else of a program acts on later payments. */
export default function ProgramSettings() {
  return (
    <NeedsProgram title="Program">{(program) => <Form key={program.id} program={program} />}</NeedsProgram>
  );
}

function Form({ program }: { program: ProgramRecord }) {
  const { may } = useMe();
  const mayChange = may('program:update') && program.status !== 'archived';
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (form: Fields) =>
      settingsApi.updateProgram(program.id, {
        ...form,
        attribution_window_days: Number(form.attribution_window_days),
        cookie_window_days: Number(form.cookie_window_days),
        hold_period_days: Number(form.hold_period_days),
        allowed_origins: linesOf(form.allowed_origins),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: subjectsQuery.queryKey }),
  });
  return (
    <form onSubmit={(event) => save.mutate(fieldsOf(event))}>
      <Card title="Program">
        <fieldset disabled={!mayChange} className="grid gap-4 p-4 sm:grid-cols-2">
          <legend className="sr-only">Program</legend>
          <Field label="Name" name="name" required maxLength={255} defaultValue={program.name} />
          <Field label="Domain" name="domain" required defaultValue={program.domain} />
          <Choice
            label="Attribution model"
            name="attribution_model"
            value={program.attribution_model}
            options={['last_click', 'first_click', 'linear']}
          />
          <Days
            label="Attribution window, days"
            name="attribution_window_days"
            value={program.attribution_window_days}
            most={365}
            hint="From the click to the customer’s first payment."
          />
          <Days
            label="Cookie, days"
            name="cookie_window_days"
            value={program.cookie_window_days}
            most={365}
            hint="How long a browser remembers the click."
          />
          <Days
            label="Hold, days"
            name="hold_period_days"
            value={program.hold_period_days}
            most={90}
            least={0}
            hint="Before a commission is approved by itself."
          />
          <Choice
            label="Sign-ups from browsers"
            name="lead_auth"
            value={program.lead_auth}
            options={['open', 'server_required']}
            names={{ open: 'Count at once', server_required: 'Wait for your server' }}
          />
          <Choice
            label="Payments nobody referred"
            name="organic_payments"
            value={program.organic_payments}
            options={['reject', 'record']}
            names={{ reject: 'Refuse', record: 'Record, without commission' }}
          />
          <div className="sm:col-span-2">
            <TextArea
              label="Sites that may send clicks and sign-ups"
              name="allowed_origins"
              rows={3}
              defaultValue={program.allowed_origins.join('\n')}
              placeholder="https://acme.com"
              hint="One origin a line; none: every site may."
              disabled={!mayChange}
            />
          </div>
        </fieldset>
        <div className="flex flex-wrap items-center gap-3 border-line border-t p-4">
          {mayChange ? (
            <Button type="submit" look="primary" disabled={save.isPending}>
              Save
            </Button>
          ) : (
            <p className="text-ink-3">An owner or admin changes these.</p>
          )}
          <FormError error={save.error} />
          <p role="status" className="text-good">
            {save.isSuccess && 'Saved. It acts on later payments.'}
          </p>
        </div>
      </Card>
    </form>
  );
}

function Days({
  label,
  name,
  value,
  most,
  least = 1,
  hint,
}: {
  label: string;
  name: string;
  value: number;
  most: number;
  least?: number;
  hint: string;
}) {
  return (
    <Field
      label={label}
      name={name}
      type="number"
      min={least}
      max={most}
      required
      defaultValue={value}
      hint={hint}
    />
  );
}

function Choice({
  label,
  name,
  value,
  options,
  names = {},
}: {
  label: string;
  name: string;
  value: string;
  options: readonly string[];
  names?: Readonly<Record<string, string>>;
}) {
  return (
    <Select label={label} name={name} defaultValue={value}>
      {options.map((option) => (
        <option key={option} value={option}>
          {names[option] ?? words(option)}
        </option>
      ))}
    </Select>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { Empty } from '../../parts/states.tsx';
import { subjectsQuery, useMe } from '../../shell/session.ts';

/** A workspace without a program: the first page of a new owner. */
export function FirstProgram({ onSetUp }: { onSetUp: (isUnderWay: boolean) => void }) {
  const { may } = useMe();
  const queryClient = useQueryClient();
  const create = useMutation({
    async mutationFn({ name = '', domain = '', rate }: Fields) {
      const commission = {
        type: 'cps_recurring',
        rate_bps: Math.round(Number(rate) * 100),
        duration_months: 12,
      };
      onSetUp(true);
      const program = await api.createProgram({ name, domain, commission });
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const website = await api.createWebsite({ domain, program_id: program.id, timezone });
      return { program, website };
    },
  });
  if (create.data) {
    const { program, website } = create.data;
    const tag = `<script async src="${location.origin}/js/headwater.js" data-program-id="${program.id}" data-website-id="${website.website_id}"></script>`;
    return (
      <div className="mx-auto max-w-xl">
        <h1 className="font-semibold text-xl tracking-tight">{program.name} is ready</h1>
        <p className="mt-1 mb-5 text-ink-2">Keep the two tokens now: they are shown this once.</p>
        <dl className="space-y-4">
          {[
            ['Program token, for sign-ups and sales from your server', program.api_token ?? ''],
            ['Website token, for attributing payments to visits', website.api_token ?? ''],
            ['Tracker, for your pages', tag],
          ].map(([label = '', text = '']) => (
            <div key={label}>
              <dt className="mb-1 font-medium">{label}</dt>
              <dd>
                <Copyable text={text} label={label} />
              </dd>
            </div>
          ))}
        </dl>
        <Button
          look="primary"
          className="mt-6"
          onClick={() =>
            void queryClient
              .invalidateQueries({ queryKey: subjectsQuery.queryKey })
              .then(() => onSetUp(false))
          }
        >
          To the overview
        </Button>
      </div>
    );
  }
  if (!may('program:create'))
    return <Empty title="There is no program yet">An owner or admin creates the first one.</Empty>;
  return (
    <div className="mx-auto mt-6 max-w-sm">
      <h1 className="font-semibold text-xl tracking-tight">Your first program</h1>
      <p className="mt-1 mb-5 text-ink-2">
        Partners bring customers to your website and earn a share of what these pay. Everything can be changed
        later.
      </p>
      <form className="space-y-4" onSubmit={(event) => create.mutate(fieldsOf(event))}>
        <Field label="Name" name="name" required maxLength={255} placeholder="Acme" autoFocus />
        <Field
          label="Domain"
          name="domain"
          required
          placeholder="acme.com"
          hint="To look around first, take one that ends with .example"
        />
        <Field
          label="Commission, percent"
          name="rate"
          type="number"
          min="0.01"
          max="100"
          step="0.01"
          required
          defaultValue={20}
          hint="Of each payment in a customer’s first 12 months."
        />
        <FormError error={create.error} />
        <Button type="submit" look="primary" disabled={create.isPending}>
          Create program
        </Button>
      </form>
    </div>
  );
}

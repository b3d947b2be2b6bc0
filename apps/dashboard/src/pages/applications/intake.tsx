import type { ApplicationMode, PortalSettings } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../client/index.ts';
import { intake } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { Lines, Loading } from '../../parts/states.tsx';
import { TextArea } from '../../parts/text-area.tsx';
import { useMe } from '../../shell/session.ts';

const modes: readonly [ApplicationMode, string, string][] = [
  ['closed', 'Closed', 'Nobody applies; you invite partners yourself.'],
  ['manual', 'You decide', 'Applications wait here until a person approves or rejects them.'],
  ['automatic', 'Approve everybody', 'Whoever applies is a partner at once, except those you parted with.'],
];

/** How partners come in, and what they may do by themselves. */
export function Intake({ programId }: { programId: number }) {
  const query = useQuery({
    queryKey: ['intake', programId],
    queryFn: ({ signal }) => intake.settings(programId, signal),
  });
  return (
    <Card title="How partners join" className="mt-4">
      <Loading query={query} standIn={<Lines count={6} />}>
        {(settings) => <Settings key={programId} programId={programId} settings={settings} />}
      </Loading>
    </Card>
  );
}

function Settings({ programId, settings }: { programId: number; settings: PortalSettings }) {
  const { may } = useMe();
  const isReadOnly = !may('program:update');
  const queryClient = useQueryClient();
  const state = useQuery({ queryKey: ['state'], queryFn: api.state });
  const save = useMutation({
    mutationFn: ({ mode, links, welcome = '' }: Fields) =>
      intake.update(programId, {
        applications: mode as ApplicationMode,
        links_per_partner: Number(links),
        welcome,
      }),
    onSuccess: (saved) => queryClient.setQueryData(['intake', programId], saved),
  });
  return (
    <form className="space-y-5 px-4 py-4" onSubmit={(event) => save.mutate(fieldsOf(event))}>
      <fieldset disabled={isReadOnly} className="space-y-5">
        <fieldset>
          <legend className="mb-2 font-medium">Applications</legend>
          <div className="grid gap-2 md:grid-cols-3">
            {modes.map(([mode, name, text]) => (
              <label
                key={mode}
                className="flex gap-2.5 rounded-lg border border-line px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-soft"
              >
                <input
                  type="radio"
                  name="mode"
                  value={mode}
                  defaultChecked={settings.applications === mode}
                  className="mt-0.5 size-4 flex-none accent-accent"
                />
                <span>
                  <span className="block font-medium">{name}</span>
                  <span className="block text-ink-2">{text}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        {state.data && !state.data.can_mail && settings.applications === 'automatic' && (
          <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
            This server sends no mail (SMTP_URL is not set), so nobody can be sent the link that lets them in:
            applications wait for you until it does.
          </p>
        )}
        {settings.applications !== 'closed' && (
          <div className="max-w-xl">
            <p className="mb-1 font-medium">Public page</p>
            <Copyable text={settings.join_url} label="Public page" />
          </div>
        )}
        <div className="max-w-xl">
          <TextArea
            label="Welcome"
            name="welcome"
            maxLength={2000}
            rows={3}
            defaultValue={settings.welcome ?? ''}
            hint="Stands on the public page, above your terms."
          />
        </div>
        <div className="max-w-xs">
          <Field
            label="Links per partner"
            name="links"
            type="number"
            min={0}
            max={200}
            required
            defaultValue={settings.links_per_partner}
            hint="So many a partner may have before they make no more. 0: you make them."
          />
        </div>
        <FormError error={save.error} />
        {!isReadOnly && (
          <div className="flex items-center gap-3">
            <Button type="submit" look="primary" disabled={save.isPending}>
              Save
            </Button>
            <span role="status" className="text-good">
              {save.isSuccess && 'Saved'}
            </span>
          </div>
        )}
      </fieldset>
    </form>
  );
}

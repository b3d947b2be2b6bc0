import type { WebsiteRecord } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../client/index.ts';
import { settingsApi } from '../../client/settings.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { counted } from '../../shell/format.ts';
import { subjectsQuery, useMe, useSubjects } from '../../shell/session.ts';
import { linesOf, TextArea } from './text-area.tsx';

/** Tracked sites: where they are, whose hours they keep, and how long what visitors did is kept. */
export default function Websites() {
  const { may } = useMe();
  const query = useSubjects();
  return (
    <Card title="Websites" aside={may('program:update') && <NewWebsite />}>
      <Loading query={query} standIn={<Lines count={4} />}>
        {({ websites, programs }) =>
          websites.length === 0 ? (
            <Empty title="No websites yet">
              A website counts visits, and says which of them brought revenue.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {websites.map((website) => (
                <li
                  key={website.website_id}
                  className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3"
                >
                  <div className="min-w-0 flex-1 basis-64">
                    <p className="font-medium">{website.name}</p>
                    <p className="break-all text-ink-2">
                      {website.domain}{' '}
                      <span className="font-mono text-ink-3 text-xs">{website.website_id}</span>
                    </p>
                    <p className="text-ink-3 text-xs">
                      {website.timezone} · {website.currency} · behaviour kept{' '}
                      {website.retention_days === null
                        ? 'for ever'
                        : `for ${counted(website.retention_days, 'day')}`}
                    </p>
                  </div>
                  {website.program_id !== null && (
                    <Badge tone="accent">
                      {programs.find(({ id }) => id === website.program_id)?.name ?? 'A program'}
                    </Badge>
                  )}
                  {may('program:update') && <Edit website={website} />}
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
    </Card>
  );
}

function useSave<Input, Answer>(save: (input: Input) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: subjectsQuery.queryKey }),
  });
}

const fieldsOf = (event: FormEvent<HTMLFormElement>) => {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
};

function Edit({ website }: { website: WebsiteRecord }) {
  const [isOpen, setOpen] = useState(false);
  const save = useSave((body: object) => settingsApi.updateWebsite(website.website_id, body));
  function submit(event: FormEvent<HTMLFormElement>) {
    const { name, domain, timezone, retention_days: days, allowed_origins: origins = '' } = fieldsOf(event);
    const body = {
      ...{ name, domain, timezone, allowed_origins: linesOf(origins) },
      retention_days: days === '' ? null : Number(days),
    };
    save.mutate(body, { onSuccess: () => setOpen(false) });
  }
  return (
    <Dialog trigger="Edit" open={isOpen} onOpenChange={setOpen} title={website.name}>
      <form className="space-y-4" onSubmit={submit}>
        <Field label="Name" name="name" required defaultValue={website.name} />
        <Field label="Domain" name="domain" required defaultValue={website.domain} />
        <Field
          label="Time zone"
          name="timezone"
          required
          defaultValue={website.timezone}
          hint="As in Europe/Berlin: its days and hours are those of reports."
        />
        <Field
          label="Keep what visitors do, days"
          name="retention_days"
          type="number"
          min={1}
          max={36_500}
          defaultValue={website.retention_days ?? ''}
          hint="Empty: for ever. What is older is forgotten every night and does not come back; money never is."
        />
        <TextArea
          label="Sites that may send page views"
          name="allowed_origins"
          defaultValue={website.allowed_origins.join('\n')}
          placeholder="https://acme.com"
          hint="One origin a line; none: every site may."
        />
        <FormError error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function NewWebsite() {
  const [isOpen, setOpen] = useState(false);
  const create = useSave((body: object) => api.createWebsite(body));
  return (
    <Dialog
      trigger="Add website"
      look="primary"
      open={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) create.reset();
      }}
      title="Add a website"
    >
      {create.data ? (
        <div className="space-y-4">
          <p>Keep its token now: it is shown this once.</p>
          <Copyable text={create.data.api_token ?? ''} label="Website token" />
          <div className="flex justify-end">
            <Button look="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            const { domain } = fieldsOf(event);
            create.mutate({ domain, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone });
          }}
        >
          <Field label="Domain" name="domain" required placeholder="docs.acme.com" autoFocus />
          <FormError error={create.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" look="primary" disabled={create.isPending}>
              Add
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

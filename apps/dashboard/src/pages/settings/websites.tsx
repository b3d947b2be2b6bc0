import type { WebsiteRecord } from '@headwater/contract';
import { api } from '../../client/index.ts';
import { settingsApi } from '../../client/settings.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { ShownOnce } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { linesOf } from '../../parts/form.ts';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { TextArea } from '../../parts/text-area.tsx';
import { counted } from '../../shell/format.ts';
import { subjectsQuery, useMe, useSubjects } from '../../shell/session.ts';

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

function Edit({ website }: { website: WebsiteRecord }) {
  return (
    <Ask
      trigger="Edit"
      title={website.name}
      verb="Save"
      act={({ name, domain, timezone, retention_days: days, allowed_origins: origins }) =>
        settingsApi.updateWebsite(website.website_id, {
          ...{ name, domain, timezone, allowed_origins: linesOf(origins) },
          retention_days: days === '' ? null : Number(days),
        })
      }
      renews={subjectsQuery.queryKey}
    >
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
        rows={3}
        defaultValue={website.allowed_origins.join('\n')}
        placeholder="https://acme.com"
        hint="One origin a line; none: every site may."
      />
    </Ask>
  );
}

function NewWebsite() {
  return (
    <Ask
      trigger="Add website"
      look="primary"
      title="Add a website"
      verb="Add"
      act={({ domain }) =>
        api.createWebsite({ domain, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone })
      }
      renews={subjectsQuery.queryKey}
      shown={({ api_token }) => <ShownOnce text={api_token ?? ''} label="Website token" />}
    >
      <Field label="Domain" name="domain" required placeholder="docs.acme.com" autoFocus />
    </Ask>
  );
}

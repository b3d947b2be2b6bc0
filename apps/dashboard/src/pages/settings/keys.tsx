import type { KeyRecord, TokenRecord } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { settingsApi } from '../../client/settings.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { dateTime, day, words } from '../../shell/format.ts';
import { subjectsQuery, useMe, useSubject } from '../../shell/session.ts';
import { Asks } from './asks.tsx';

export default function Keys() {
  const { may } = useMe();
  const subject = useSubject();
  return (
    <>
      {subject?.program && (
        <TrackingToken
          title="Tracking token"
          masked={subject.program.api_token_masked}
          about={`For sign-ups and payments of ${subject.program.name}, from your server.`}
          warning="The old one stops working at once: sign-ups and payments sent with it are refused until your server has the new one."
          replace={() => settingsApi.newProgramToken(subject.program?.id ?? 0)}
        />
      )}
      {subject?.website && (
        <TrackingToken
          title="Website token"
          masked={subject.website.api_token_masked}
          about={`For attributing payments to visits of ${subject.website.domain}, from your server.`}
          warning="The old one stops working at once: payments attributed with it are refused until your server has the new one."
          replace={() => settingsApi.newWebsiteToken(subject.website?.website_id ?? '')}
        />
      )}
      {may('*') ? (
        <ManagementKeys />
      ) : (
        <Card title="Management keys">
          <p className="p-4 text-ink-2">Only owners see and make keys, for keys outlive whoever made them.</p>
        </Card>
      )}
    </>
  );
}

function TrackingToken({
  title,
  masked,
  about,
  warning,
  replace,
}: {
  title: string;
  masked: string | null;
  about: string;
  warning: string;
  replace: () => Promise<TokenRecord>;
}) {
  const { may } = useMe();
  const queryClient = useQueryClient();
  const [token, setToken] = useState('');
  return (
    <Card title={title}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
        <div className="min-w-0 flex-1 basis-64">
          <p className="break-all font-mono text-xs">{masked}</p>
          <p className="mt-1 text-ink-2">{about} It was shown once, when it was made.</p>
        </div>
        {may('program:regenerate-token') && (
          <Asks
            trigger="Make a new one"
            title={`Replace the ${title.toLowerCase()}?`}
            description={warning}
            verb="Replace"
            act={async () => {
              setToken((await replace()).api_token);
              await queryClient.invalidateQueries({ queryKey: subjectsQuery.queryKey });
            }}
          >
            <p>Keep it now: it is shown this once.</p>
            <Copyable text={token} label={`New ${title.toLowerCase()}`} />
          </Asks>
        )}
      </div>
    </Card>
  );
}

const queryKey = ['api-keys'];
const tones: Readonly<Record<KeyRecord['status'], Tone>> = {
  active: 'good',
  expired: 'warn',
  revoked: 'neutral',
};

function ManagementKeys() {
  const query = useQuery({ queryKey, queryFn: settingsApi.keys });
  return (
    <Card title="Management keys" aside={<NewKey />}>
      <Loading query={query} standIn={<Lines count={4} />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No keys yet">Scripts, agents and the command line act with keys.</Empty>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((key) => (
                <Key key={key.id} one={key} />
              ))}
            </ul>
          )
        }
      </Loading>
    </Card>
  );
}

function Key({ one }: { one: KeyRecord }) {
  const queryClient = useQueryClient();
  const scopes = one.scopes.includes('*') ? 'everything' : one.scopes.join(', ');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">
          {one.name} <span className="ml-1 font-mono font-normal text-ink-3 text-xs">{one.key_masked}</span>
        </p>
        <p className="break-words text-ink-2">
          May do {scopes}
          {one.program_scope && `, in ${one.program_scope.length === 1 ? 'one program' : 'some programs'}`}
        </p>
        <p className="text-ink-3 text-xs">
          Made {day(one.created_at)} ·{' '}
          {one.last_used_at ? `last used ${dateTime(one.last_used_at)}` : 'not used yet'}
          {one.expires_at && ` · ends ${day(one.expires_at)}`}
        </p>
      </div>
      <Badge tone={tones[one.status]}>{words(one.status)}</Badge>
      {one.status !== 'revoked' && (
        <Asks
          trigger="Revoke"
          title={`Revoke ${one.name}?`}
          description="It opens nothing from now on. Its record stays."
          verb="Revoke"
          act={async () => {
            await settingsApi.revokeKey(one.id);
            await queryClient.invalidateQueries({ queryKey });
          }}
        />
      )}
    </li>
  );
}

/** What keys are usually for; the API takes any choice of scopes. */
const uses: Readonly<Record<string, { name: string; scopes: readonly string[] }>> = {
  read: { name: 'Read reports and lists', scopes: ['program:list', 'program:read', 'dashboard:view'] },
  manage: {
    name: 'Manage programs and partners',
    scopes: ['program:list', 'program:read', 'program:create', 'program:update', 'dashboard:view'],
  },
  all: { name: 'Everything', scopes: ['*'] },
};
const lives: readonly [string, number | null][] = [
  ['90 days', 90],
  ['A year', 365],
  ['For ever', null],
];

function NewKey() {
  const queryClient = useQueryClient();
  const program = useSubject()?.program;
  const [isOpen, setOpen] = useState(false);
  const create = useMutation({
    mutationFn: settingsApi.createKey,
    onSuccess: () => queryClient.invalidateQueries({ queryKey }),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    const days = lives[Number(form.life)]?.[1] ?? null;
    create.mutate({
      name: form.name,
      scopes: uses[form.use ?? '']?.scopes,
      ...(form.where === 'one' && program ? { program_scope: [program.id] } : {}),
      ...(days === null ? {} : { expires_at: new Date(Date.now() + days * 86_400_000).toISOString() }),
    });
  }
  return (
    <Dialog
      trigger="Make a key"
      look="primary"
      open={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) create.reset();
      }}
      title="Make a management key"
    >
      {create.data ? (
        <div className="space-y-4">
          <p>Keep it now: it is shown this once.</p>
          <Copyable text={create.data.key ?? ''} label="New management key" />
          <div className="flex justify-end">
            <Button look="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form className="space-y-4" onSubmit={submit}>
          <Field label="Name" name="name" required maxLength={255} placeholder="Deploy script" autoFocus />
          <Select label="May do" name="use" defaultValue="read">
            {Object.entries(uses).map(([use, { name }]) => (
              <option key={use} value={use}>
                {name}
              </option>
            ))}
          </Select>
          <Select label="Where" name="where" defaultValue="all">
            <option value="all">In every program</option>
            {program && <option value="one">In {program.name} alone</option>}
          </Select>
          <Select label="For how long" name="life" defaultValue="0">
            {lives.map(([name], index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </Select>
          <FormError error={create.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" look="primary" disabled={create.isPending}>
              Make key
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

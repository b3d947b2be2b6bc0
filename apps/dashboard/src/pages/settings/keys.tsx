import type { KeyRecord, TokenRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { settingsApi } from '../../client/settings.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { ShownOnce } from '../../parts/copy.tsx';
import { Field, Select } from '../../parts/field.tsx';
import type { Fields } from '../../parts/form.ts';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { dateTime, day, words } from '../../shell/format.ts';
import { subjectsQuery, useMe, useSubject } from '../../shell/session.ts';

export default function Keys() {
  const { may } = useMe();
  const { program, website } = useSubject() ?? {};
  return (
    <>
      {program && (
        <TrackingToken
          title="Tracking token"
          masked={program.api_token_masked}
          about={`For sign-ups and payments of ${program.name}, from your server.`}
          warning="The old one stops working at once: sign-ups and payments sent with it are refused until your server has the new one."
          replace={() => settingsApi.newProgramToken(program.id)}
        />
      )}
      {website && (
        <TrackingToken
          title="Website token"
          masked={website.api_token_masked}
          about={`For attributing payments to visits of ${website.domain}, from your server.`}
          warning="The old one stops working at once: payments attributed with it are refused until your server has the new one."
          replace={() => settingsApi.newWebsiteToken(website.website_id)}
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
  return (
    <Card title={title}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
        <div className="min-w-0 flex-1 basis-64">
          <p className="break-all font-mono text-xs">{masked}</p>
          <p className="mt-1 text-ink-2">{about} It was shown once, when it was made.</p>
        </div>
        {may('program:regenerate-token') && (
          <Ask
            trigger="Make a new one"
            look="danger"
            title={`Replace the ${title.toLowerCase()}?`}
            description={warning}
            verb="Replace"
            act={replace}
            renews={subjectsQuery.queryKey}
            shown={({ api_token }) => <ShownOnce text={api_token} label={`New ${title.toLowerCase()}`} />}
          />
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
        <Ask
          trigger="Revoke"
          look="danger"
          title={`Revoke ${one.name}?`}
          description="It opens nothing from now on. Its record stays."
          verb="Revoke"
          act={() => settingsApi.revokeKey(one.id)}
          renews={queryKey}
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
  const program = useSubject()?.program;
  function create({ name, use = '', where, life }: Fields) {
    const days = lives[Number(life)]?.[1] ?? null;
    return settingsApi.createKey({
      name,
      scopes: uses[use]?.scopes,
      ...(where === 'one' && program ? { program_scope: [program.id] } : {}),
      ...(days === null ? {} : { expires_at: new Date(Date.now() + days * 86_400_000).toISOString() }),
    });
  }
  return (
    <Ask
      trigger="Make a key"
      look="primary"
      title="Make a management key"
      verb="Make key"
      act={create}
      renews={queryKey}
      shown={({ key }) => <ShownOnce text={key ?? ''} label="New management key" />}
    >
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
    </Ask>
  );
}

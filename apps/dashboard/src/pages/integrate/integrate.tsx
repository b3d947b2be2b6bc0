import type { Integration, ProgramRecord } from '@headwater/contract';
import { type Stack, stacks } from '@headwater/integration-plan';
import { Link } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState } from 'react';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Lines, Loading, Stale } from '../../parts/states.tsx';
import { useSubject } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { Checks } from './checks.tsx';
import { useIntegration } from './use-integration.ts';
import { Verification } from './verification.tsx';

const states: Readonly<Record<Integration['readiness']['state'], readonly [string, Tone]>> = {
  draft: ['Not begun', 'neutral'],
  configuring: ['Being set up', 'warn'],
  ready: ['Ready to be verified', 'accent'],
  integration_verified: ['Verified', 'good'],
  live_verified: ['Live', 'good'],
};

export function Integrate() {
  return (
    <NeedsProgram title="Integrate">
      {(program) => <Program key={program.id} program={program} />}
    </NeedsProgram>
  );
}

function Program({ program }: { program: ProgramRecord }) {
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const { query, trouble } = useIntegration(program.id);
  return (
    <Loading query={query} standIn={<Lines count={14} />}>
      {(integration) => {
        const [name, tone] = states[integration.readiness.state];
        return (
          <>
            <PageHead title="Integrate">
              <Badge tone={tone}>{name}</Badge>
            </PageHead>
            {trouble && !query.error && <Stale error={trouble} />}
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
              <Wizard program={program} publicUrl={integration.public_url} />
              <div className="min-w-0 space-y-4">
                <Checks integration={integration} timeZone={timeZone} />
                <Verification integration={integration} timeZone={timeZone} />
              </div>
            </div>
          </>
        );
      }}
    </Loading>
  );
}

const chosenKey = 'headwater.stack';

function Wizard({ program, publicUrl }: { program: ProgramRecord; publicUrl: string }) {
  const website = useSubject()?.website;
  const [chosen, setChosen] = useState(() => localStorage.getItem(chosenKey) ?? 'script');
  const stack = stacks.find(({ id }) => id === chosen) ?? (stacks[0] as Stack);
  const ids = {
    host: publicUrl,
    programId: program.id,
    websiteId: website?.website_id,
    domain: program.domain,
  };
  return (
    <Card>
      <Tabs.Root
        value={stack.id}
        onValueChange={(next) => {
          localStorage.setItem(chosenKey, next);
          setChosen(next);
        }}
      >
        <Tabs.List
          aria-label="How your site is built"
          className="flex gap-1 overflow-x-auto border-line border-b p-2"
        >
          {stacks.map(({ id, name }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="h-8 flex-none rounded-md px-3 font-medium text-ink-2 hover:bg-sunken hover:text-ink data-[state=active]:bg-accent-soft data-[state=active]:text-accent"
            >
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value={stack.id} tabIndex={-1} className="p-4">
          <p className="mb-4 text-ink-2">{stack.about}</p>
          <ol className="space-y-6">
            {stack.pieces(ids).map(({ title, why, label, code }, index) => (
              <li key={title} className="min-w-0">
                <h2 className="font-semibold">
                  <span className="num mr-2 text-ink-3">{index + 1}</span>
                  {title}
                </h2>
                <p className="mt-0.5 mb-2 text-ink-2">{why}</p>
                <CodeBlock name={title} label={label} code={code} />
              </li>
            ))}
          </ol>
        </Tabs.Content>
      </Tabs.Root>
      <Token program={program} websiteId={website?.website_id} />
    </Card>
  );
}

/** A token is shown once; which one is meant, and where there is a new one. */
function Token({ program, websiteId }: { program: ProgramRecord; websiteId: string | undefined }) {
  return (
    <div className="border-line border-t p-4">
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
        {[
          ['Program id', String(program.id)],
          ['Website id', websiteId ?? 'none: page views are not counted'],
          ['Token', program.api_token_masked],
        ].map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-2">{name}</dt>
            <dd className="break-all font-mono text-xs leading-6">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-ink-2">
        HEADWATER_TOKEN is the program’s tracking token. It was shown once; a new one is made in{' '}
        <Link
          to="/settings/$section"
          params={{ section: 'keys' }}
          search={(old) => old}
          className="text-accent underline"
        >
          Settings
        </Link>
        , and the old one stops working then.
      </p>
    </div>
  );
}

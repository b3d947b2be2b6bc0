import type { ApplicationItem } from '@headwater/contract';
import { useState } from 'react';
import { intake } from '../../client/portal.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Older, useCursorList } from '../../parts/cursor-table.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { day, words } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { Approve, Reject } from './decide.tsx';
import { Intake } from './intake.tsx';

export function Applications() {
  return (
    <NeedsProgram title="Applications">
      {({ id }) => (
        <>
          <Queue programId={id} />
          <Intake programId={id} />
        </>
      )}
    </NeedsProgram>
  );
}

const tones: Readonly<Record<ApplicationItem['state'], Tone>> = {
  open: 'warn',
  approved: 'good',
  rejected: 'bad',
};

const states = Object.keys(tones);

/** Who wants to become a partner, and what was decided. */
function Queue({ programId }: { programId: number }) {
  const [state, setState] = useState('open');
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const { query, rows } = useCursorList(
    ['applications', programId, state],
    (cursor, signal) => intake.applications(programId, { state, cursor }, signal),
    { refetchInterval: 60_000 },
  );
  return (
    <>
      <PageHead title="Applications">
        <FilterSelect label="State" among={states} value={state} onValue={setState} />
      </PageHead>
      <Card>
        <Loading query={query} standIn={<Lines count={6} />}>
          {() =>
            rows.length === 0 ? (
              <Empty title={state === 'open' ? 'Nobody waits for an answer' : 'No applications here'}>
                {state === 'open'
                  ? 'Who applies on the public page below appears here.'
                  : 'Choose another state.'}
              </Empty>
            ) : (
              <ul className="divide-y divide-line">
                {rows.map((one) => (
                  <Row key={one.id} application={one} timeZone={timeZone} />
                ))}
              </ul>
            )
          }
        </Loading>
        <Older of={query} />
      </Card>
    </>
  );
}

function Row({ application: one, timeZone }: { application: ApplicationItem; timeZone: string }) {
  const { may } = useMe();
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-3 px-4 py-3.5">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium">{one.name}</span>
          <span className="text-ink-2">{one.email_masked}</span>
          {one.state !== 'open' && <Badge tone={tones[one.state]}>{words(one.state)}</Badge>}
        </p>
        {one.website && (
          <p className="truncate">
            <a
              href={one.website}
              rel="noreferrer nofollow"
              target="_blank"
              className="text-accent hover:underline"
            >
              {one.website}
            </a>
          </p>
        )}
        {one.message && <p className="mt-1 whitespace-pre-line break-words text-ink-2">{one.message}</p>}
        <p className="mt-1 text-ink-3 text-xs">
          Applied on {day(one.created_at, timeZone)}
          {one.decided_at && `, decided on ${day(one.decided_at, timeZone)} by ${one.decided_by}`}
          {one.reason && `: ${one.reason}`}
        </p>
      </div>
      {one.state === 'open' && may('program:update') && (
        <div className="flex gap-2">
          <Approve application={one} />
          <Reject application={one} />
        </div>
      )}
    </li>
  );
}

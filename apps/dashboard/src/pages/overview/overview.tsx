import { type ReactNode, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { FilterChips, PeriodBar } from '../../shell/period-bar.tsx';
import { type Subject, useSubject, useSubjects } from '../../shell/session.ts';
import { useNames } from '../names.ts';
import { Breakdowns } from './breakdowns.tsx';
import { Export } from './export.tsx';
import type { Figure } from './figure.ts';
import { Figures } from './figures.tsx';
import { FirstProgram } from './first-program.tsx';
import { LiveCount } from './live-count.tsx';
import { Segments, useSegment, useSegments } from './segments.tsx';

export function Overview() {
  const subjects = useSubjects();
  const subject = useSubject();
  const names = useNames();
  // The tokens of a new program are shown once: it must not vanish because it is there now.
  const [isSettingUp, setSettingUp] = useState(false);
  const [figure, setFigure] = useState<Figure>('net_revenue_cents');
  const [isThere, setThere] = useState(false);
  return (
    <Loading query={subjects} standIn={<Lines count={10} />}>
      {(): ReactNode =>
        subject === undefined || isSettingUp ? (
          <FirstProgram onSetUp={setSettingUp} />
        ) : (
          <>
            <PageHead title="Overview">
              <LiveCount subject={subject} />
              <PeriodBar timeZone={subject.timeZone} withCompare />
              <Segments subject={subject} />
              <Export subject={subject} />
            </PageHead>
            <FilterChips names={names} />
            <WithSegment subject={subject}>
              <Figures subject={subject} figure={figure} onFigure={setFigure} onThere={setThere} />
              <Breakdowns subject={subject} isTime={isThere} />
            </WithSegment>
          </>
        )
      }
    </Loading>
  );
}

/** What can be asked depends on the filters of the segment that the address names: they are known first. */
function WithSegment({ subject, children }: { subject: Subject; children: ReactNode }) {
  const [name, choose] = useSegment();
  const segments = useSegments(subject);
  if (name === undefined) return children;
  return (
    <Loading query={segments} standIn={<Lines count={10} />}>
      {(known): ReactNode =>
        known.some((one) => one.name.toLowerCase() === name.toLowerCase()) ? (
          children
        ) : (
          <Empty title={`There is no segment “${name}”`}>
            <p>It was deleted, or is of another program.</p>
            <Button className="mt-4" onClick={() => choose(undefined)}>
              Show everything
            </Button>
          </Empty>
        )
      }
    </Loading>
  );
}

import { type ReactNode, useState } from 'react';
import { PageHead } from '../../parts/card.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { FilterChips, PeriodBar } from '../../shell/period-bar.tsx';
import { useSubject, useSubjects } from '../../shell/session.ts';
import { useNames } from '../names.ts';
import { Breakdowns } from './breakdowns.tsx';
import { Export } from './export.tsx';
import { type Figure, Figures } from './figures.tsx';
import { FirstProgram } from './first-program.tsx';

export function Overview() {
  const subjects = useSubjects();
  const subject = useSubject();
  const names = useNames();
  // The tokens of a new program are shown once: it must not vanish because it is there now.
  const [isSettingUp, setSettingUp] = useState(false);
  const [figure, setFigure] = useState<Figure>('net_revenue_cents');
  return (
    <Loading query={subjects} standIn={<Lines count={10} />}>
      {(): ReactNode =>
        subject === undefined || isSettingUp ? (
          <FirstProgram onSetUp={setSettingUp} />
        ) : (
          <>
            <PageHead title="Overview">
              <PeriodBar timeZone={subject.timeZone} withCompare />
              <Export subject={subject} />
            </PageHead>
            <FilterChips names={names} />
            <Figures subject={subject} figure={figure} onFigure={setFigure} />
            <Breakdowns subject={subject} />
          </>
        )
      }
    </Loading>
  );
}

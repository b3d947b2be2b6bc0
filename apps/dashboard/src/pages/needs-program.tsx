import type { ProgramRecord } from '@headwater/contract';
import type { ReactNode } from 'react';
import { PageHead } from '../parts/card.tsx';
import { Empty, Lines, Loading } from '../parts/states.tsx';
import { useSubject, useSubjects } from '../shell/session.ts';

/** Pages about partners: a website alone has none. */
export function NeedsProgram({
  title,
  children,
}: {
  title: string;
  children: (program: ProgramRecord) => ReactNode;
}) {
  const subjects = useSubjects();
  const program = useSubject()?.program;
  return (
    <Loading query={subjects} standIn={<Lines count={10} />}>
      {() =>
        program ? (
          children(program)
        ) : (
          <>
            <PageHead title={title} />
            <Empty title="This website has no program">
              Choose a program on the left; the overview creates the first one.
            </Empty>
          </>
        )
      }
    </Loading>
  );
}

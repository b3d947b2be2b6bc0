import type { ReactNode } from 'react';
import { Empty, Lines, Loading } from '../parts/states.tsx';
import { type Subject, useSubject, useSubjects } from '../shell/session.ts';

/** Pages about a program or a website: without either there is nothing to show. */
export function NeedsSubject({ children }: { children: (subject: Subject) => ReactNode }) {
  const subjects = useSubjects();
  const subject = useSubject();
  return (
    <Loading query={subjects} standIn={<Lines count={10} />}>
      {(): ReactNode =>
        subject ? (
          children(subject)
        ) : (
          <>
            <h1 className="sr-only">Nothing to report</h1>
            <Empty title="There is no program yet">The overview creates the first one.</Empty>
          </>
        )
      }
    </Loading>
  );
}

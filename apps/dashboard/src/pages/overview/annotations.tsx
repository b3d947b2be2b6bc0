import type { AnnotationItem, AnnotationKind } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { insight } from '../../client/insight.ts';
import { Ask } from '../../parts/ask.tsx';
import { Field, Select } from '../../parts/field.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { day, words } from '../../shell/format.ts';
import { daysOf, type Search } from '../../shell/search.ts';
import { type Subject, useMe } from '../../shell/session.ts';

const queryKey = ['annotations'];
const kinds: readonly AnnotationKind[] = ['deploy', 'campaign', 'other'];

/** What happened in the period, the earliest first, as the chart numbers it. */
export function useAnnotations(subject: Subject): AnnotationItem[] {
  const search = useSearch({ strict: false }) as Search;
  const query = { ...subject.key, ...daysOf(search, subject.timeZone) };
  const { data } = useQuery({
    queryKey: [...queryKey, query],
    queryFn: ({ signal }) => insight.annotations(query, { signal }),
    select: (found) => [...found].reverse(),
  });
  return data ?? none;
}
const none: AnnotationItem[] = [];

/** Under the chart, in room that is kept for it: what its marks stand for. */
export function Annotations({
  subject,
  annotations,
  timeZone,
}: {
  subject: Subject;
  annotations: readonly AnnotationItem[];
  /** Of the chart. */
  timeZone: string;
}) {
  const mayChange = useMe().may('annotation:manage');
  if (annotations.length === 0 && !mayChange) return null;
  return (
    <div className="flex h-11 items-center gap-3 border-line border-t pr-3 pl-4">
      {annotations.length === 0 ? (
        <p className="min-w-0 flex-1 truncate text-ink-3 text-xs">
          No deploy or campaign is noted in this period.
        </p>
      ) : (
        <div className="min-w-0 flex-1">
          <Scrollable label="Notes of the period">
            <ol aria-label="What happened" className="flex w-max items-center gap-4 py-1 text-xs">
              {annotations.map((one, index) => (
                <Annotation
                  key={one.id}
                  annotation={one}
                  number={index + 1}
                  timeZone={timeZone}
                  mayRemove={mayChange}
                />
              ))}
            </ol>
          </Scrollable>
        </div>
      )}
      {mayChange && <Add subject={subject} />}
    </div>
  );
}

function Annotation(props: {
  annotation: AnnotationItem;
  number: number;
  timeZone: string;
  mayRemove: boolean;
}) {
  const { annotation, number, timeZone, mayRemove } = props;
  const { id, kind, text, at } = annotation;
  const [isAsked, setAsked] = useState(false);
  return (
    <li className="flex flex-none items-center gap-1.5">
      <span
        aria-hidden="true"
        className="grid h-4 min-w-4 place-items-center rounded bg-sunken px-1 font-semibold text-ink-2"
      >
        {number}
      </span>
      <span className="text-ink-2">
        {day(at, timeZone)}
        {kind === 'other' ? '' : ` · ${words(kind)}`}
      </span>
      <span className="max-w-60 truncate font-medium" title={text}>
        {text}
      </span>
      {mayRemove && (
        <button
          type="button"
          aria-label={`Forget ${text}`}
          onClick={() => setAsked(true)}
          className="grid size-6 place-items-center rounded text-ink-3 hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2"
        >
          ✕
        </button>
      )}
      {isAsked && (
        <Ask
          title={`Forget “${text}”?`}
          description="Its mark goes from everybody’s charts. No figure changes."
          verb="Forget"
          verbLook="danger"
          act={() => insight.removeAnnotation(id)}
          renews={queryKey}
          onClose={() => setAsked(false)}
        />
      )}
    </li>
  );
}

function Add({ subject }: { subject: Subject }) {
  const today = daysOf({ period: 'today' }, subject.timeZone).to;
  return (
    <Ask
      trigger={<span className="text-xs">Note what happened</span>}
      look="quiet"
      title="Note what happened"
      description="Charts mark it, for everybody of the workspace."
      verb="Note it"
      act={({ kind, text = '', at = today }) =>
        insight.addAnnotation(subject.key, {
          kind: kind as AnnotationKind,
          text,
          // Of today: now. An earlier day begins with it.
          ...(at === today ? {} : { at }),
        })
      }
      renews={queryKey}
    >
      <Field label="What" name="text" required maxLength={200} autoFocus placeholder="Version 3 is out" />
      <div className="grid grid-cols-2 gap-4">
        <Select label="Kind" name="kind">
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words(kind)}
            </option>
          ))}
        </Select>
        <Field label="Day" name="at" type="date" required max={today} defaultValue={today} />
      </div>
    </Ask>
  );
}

import type { AnnotationItem, AnnotationKind } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { insight } from '../../client/insight.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { day, words } from '../../shell/format.ts';
import { daysOf, type Search } from '../../shell/search.ts';
import { type Subject, useMe } from '../../shell/session.ts';

const kinds: readonly AnnotationKind[] = ['deploy', 'campaign', 'other'];

/** What happened in the period, the earliest first, as the chart numbers it. */
export function useAnnotations(subject: Subject): AnnotationItem[] {
  const search = useSearch({ strict: false }) as Search;
  const query = { ...subject.key, ...daysOf(search, subject.timeZone) };
  const { data } = useQuery({
    queryKey: ['annotations', query],
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
  const [isOpen, setOpen] = useState(false);
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
      {mayChange && (
        <Button look="quiet" className="flex-none text-xs" onClick={() => setOpen(true)}>
          Note what happened
        </Button>
      )}
      {isOpen && <Add subject={subject} onClose={() => setOpen(false)} />}
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
  const queryClient = useQueryClient();
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
        <Confirm
          title={`Forget “${text}”?`}
          verb="Forget"
          act={async () => {
            await insight.removeAnnotation(id);
            await queryClient.invalidateQueries({ queryKey: ['annotations'] });
          }}
          trigger={(open) => (
            <button
              type="button"
              aria-label={`Forget ${text}`}
              onClick={open}
              className="grid size-6 place-items-center rounded text-ink-3 hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2"
            >
              ✕
            </button>
          )}
        >
          Its mark goes from everybody’s charts. No figure changes.
        </Confirm>
      )}
    </li>
  );
}

function Add({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const queryClient = useQueryClient();
  const today = daysOf({ period: 'today' }, subject.timeZone).to;
  const add = useMutation({
    mutationFn: ({ kind, text = '', at = today }: Record<string, string>) =>
      insight.addAnnotation(subject.key, {
        kind: kind as AnnotationKind,
        text,
        // Of today: now. An earlier day begins with it.
        ...(at === today ? {} : { at }),
      }),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: ['annotations'] });
      onClose();
    },
  });
  return (
    <Dialog
      title="Note what happened"
      description="Charts mark it, for everybody of the workspace."
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
        }}
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
        <FormError error={add.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={add.isPending}>
            Note it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

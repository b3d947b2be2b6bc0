import type { SegmentItem } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { insight } from '../../client/insight.ts';
import { Ask } from '../../parts/ask.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { type Search, toReportFilters } from '../../shell/search.ts';
import { type Subject, useMe } from '../../shell/session.ts';

const item =
  'flex h-8 cursor-pointer items-center gap-2 rounded px-2 outline-none data-[disabled]:cursor-default data-[disabled]:text-ink-3 data-[highlighted]:bg-sunken';

export function useSegments({ key }: Subject) {
  return useQuery({
    queryKey: ['segments', key],
    queryFn: ({ signal }) => insight.segments(key, { signal }),
  });
}

export function useSegment(): [string | undefined, (segment: string | undefined) => void] {
  const { segment } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  return [
    segment,
    (next) =>
      void navigate({
        to: '.',
        search: ({ segment: _, ...old }: Search) => (next ? { ...old, segment: next } : old),
        replace: true,
        resetScroll: false,
      }),
  ];
}

/** Filters under a name: one is picked to look through, those in force are kept, one is forgotten. */
export function Segments({ subject }: { subject: Subject }) {
  const { may } = useMe();
  const search = useSearch({ strict: false }) as Search;
  const [chosen, choose] = useSegment();
  const [asked, ask] = useState<'save' | SegmentItem>();
  const segments = useSegments(subject);
  const known = segments.data ?? [];
  const current = known.find(({ name }) => name.toLowerCase() === chosen?.toLowerCase());
  const filters = [...(current?.filters ?? []), ...toReportFilters(search.f)] as SegmentItem['filters'];
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={buttonClass()}>
          <span className="max-w-40 truncate">{chosen ?? 'Segments'}</span>
          <span aria-hidden="true" className="text-ink-3">
            ▾
          </span>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-40 max-h-80 w-64 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-lg"
          >
            {known.length === 0 && (
              <p className="px-2 py-1.5 text-ink-2">
                Filter this page, then keep the filters under a name for next time.
              </p>
            )}
            <DropdownMenu.RadioGroup
              value={current?.name ?? ''}
              onValueChange={(name) => choose(name === chosen ? undefined : name)}
            >
              {known.map(({ id, name }) => (
                <DropdownMenu.RadioItem key={id} value={name} className={item}>
                  <span className="truncate">{name}</span>
                  <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
            {(chosen || may('segment:manage')) && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
            {chosen && (
              <DropdownMenu.Item className={item} onSelect={() => choose(undefined)}>
                Everything again
              </DropdownMenu.Item>
            )}
            {may('segment:manage') && (
              <>
                <DropdownMenu.Item className={item} disabled={!search.f?.length} onSelect={() => ask('save')}>
                  Save filters as a segment…
                </DropdownMenu.Item>
                {current && (
                  <DropdownMenu.Item className={`${item} text-bad`} onSelect={() => ask(current)}>
                    Delete “{current.name}”…
                  </DropdownMenu.Item>
                )}
              </>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {asked === 'save' && <Save subject={subject} filters={filters} onClose={() => ask(undefined)} />}
      {typeof asked === 'object' && <Remove segment={asked} onClose={() => ask(undefined)} />}
    </>
  );
}

function Save({
  subject,
  filters,
  onClose,
}: {
  subject: Subject;
  filters: SegmentItem['filters'];
  onClose: () => void;
}) {
  const navigate = useNavigate();
  return (
    <Ask
      title="Save filters as a segment"
      description="Everybody of the workspace can pick it, and reports can be asked for by its name."
      verb="Save segment"
      act={({ name = '' }) => insight.addSegment(subject.key, name, filters)}
      renews={['segments']}
      onDone={({ name }) =>
        void navigate({
          to: '.',
          search: ({ f: _, ...old }: Search) => ({ ...old, segment: name }),
          replace: true,
        })
      }
      onClose={onClose}
    >
      <Field label="Segment name" name="name" required maxLength={60} autoFocus autoComplete="off" />
    </Ask>
  );
}

function Remove({ segment, onClose }: { segment: SegmentItem; onClose: () => void }) {
  const [, choose] = useSegment();
  return (
    <Ask
      title={`Delete “${segment.name}”?`}
      description="It is gone for everybody of the workspace, and reports that ask by its name are refused."
      verb="Delete segment"
      verbLook="danger"
      act={async () => {
        await insight.removeSegment(segment.id);
        // The page is about everything again before it is learnt that there is no such segment.
        choose(undefined);
      }}
      renews={['segments']}
      onClose={onClose}
    />
  );
}

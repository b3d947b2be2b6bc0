import type { SegmentItem } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { insight } from '../../client/insight.ts';
import { Button, buttonClass } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError } from '../../parts/field.tsx';
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
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: (name: string) => insight.addSegment(subject.key, name, filters as never),
    async onSuccess({ name }) {
      await queryClient.invalidateQueries({ queryKey: ['segments'] });
      onClose();
      void navigate({
        to: '.',
        search: ({ f: _, ...old }: Search) => ({ ...old, segment: name }),
        replace: true,
      });
    },
  });
  return (
    <Dialog
      title="Save filters as a segment"
      description="Everybody of the workspace can pick it, and reports can be asked for by its name."
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(String(new FormData(event.currentTarget).get('name')));
        }}
      >
        <Field label="Segment name" name="name" required maxLength={60} autoFocus autoComplete="off" />
        <FormError error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            Save segment
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Remove({ segment, onClose }: { segment: SegmentItem; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [, choose] = useSegment();
  const remove = useMutation({
    mutationFn: () => insight.removeSegment(segment.id),
    onSuccess() {
      onClose();
      choose(undefined);
      return queryClient.invalidateQueries({ queryKey: ['segments'] });
    },
  });
  return (
    <Dialog
      title={`Delete “${segment.name}”?`}
      description="It is gone for everybody of the workspace, and reports that ask by its name are refused."
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <FormError error={remove.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Delete segment
        </Button>
      </div>
    </Dialog>
  );
}

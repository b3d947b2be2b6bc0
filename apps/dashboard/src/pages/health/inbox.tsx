import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { healthApi } from '../../client/health.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { FormError } from '../../parts/field.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { dateTime } from '../../shell/format.ts';

/** What of Stripe could not be processed, why, and once more. */
export function Inbox({ programId, timeZone }: { programId: number; timeZone: string }) {
  const queryClient = useQueryClient();
  const queryKey = ['stripe-failed', programId];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => healthApi.failedEvents(programId, signal),
    refetchInterval: 5000,
  });
  const refresh = () => queryClient.invalidateQueries({ queryKey });
  const one = useMutation({
    mutationFn: (id: number) => healthApi.replayEvent(programId, id),
    onSettled: refresh,
  });
  const all = useMutation({ mutationFn: () => healthApi.replayEvents(programId), onSettled: refresh });
  const hasSome = (query.data?.data.length ?? 0) > 0;
  return (
    <Card
      title="Stripe inbox"
      aside={
        hasSome && (
          <Button disabled={all.isPending} onClick={() => all.mutate()}>
            Replay all
          </Button>
        )
      }
    >
      <Loading query={query} standIn={<Lines count={3} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="p-4 text-ink-2">
              No event has failed. What Stripe delivers is on disk before it is answered.
            </p>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((event) => (
                <li key={event.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
                  <div className="min-w-0 flex-1 basis-60">
                    <p className="font-medium">{event.type}</p>
                    <p className="break-all font-mono text-ink-3 text-xs">{event.event_id}</p>
                    <p className="mt-1 break-words text-bad">{event.reason}</p>
                    <p className="text-ink-3 text-xs">
                      {event.attempts} attempts
                      {event.next_attempt_at && `, next ${dateTime(event.next_attempt_at, timeZone)}`}
                    </p>
                  </div>
                  <Button disabled={one.isPending} onClick={() => one.mutate(event.id)}>
                    Replay
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
      <div className="px-4 empty:hidden">
        <FormError error={one.error ?? all.error} />
      </div>
    </Card>
  );
}

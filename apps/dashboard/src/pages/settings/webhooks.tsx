import type { WebhookMessage, WebhookRecord } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settingsApi } from '../../client/settings.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ShownOnce } from '../../parts/copy.tsx';
import { Older, useCursorList } from '../../parts/cursor-table.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { linesOf } from '../../parts/form.ts';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { TextArea } from '../../parts/text-area.tsx';
import { counted, dateTime, words } from '../../shell/format.ts';

const queryKey = ['webhooks'];

/** Where your own servers are told what happens, and what became of each message. */
export default function Webhooks() {
  const query = useQuery({ queryKey, queryFn: settingsApi.webhooks });
  const [shown, setShown] = useState<number>();
  return (
    <>
      <Card title="Webhooks" aside={<NewEndpoint />}>
        <Loading query={query} standIn={<Lines count={3} />}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nobody is told yet">
                Name an address: it is told of payments, commissions, invoices and payouts, signed.
              </Empty>
            ) : (
              <ul className="divide-y divide-line">
                {data.map((one) => (
                  <Endpoint
                    key={one.id}
                    one={one}
                    isShown={one.id === shown}
                    show={() => setShown(one.id === shown ? undefined : one.id)}
                  />
                ))}
              </ul>
            )
          }
        </Loading>
      </Card>
      {shown !== undefined && <Messages key={shown} endpointId={shown} />}
    </>
  );
}

function Endpoint({ one, isShown, show }: { one: WebhookRecord; isShown: boolean; show: () => void }) {
  const queryClient = useQueryClient();
  const isOn = one.status === 'enabled';
  const turn = useMutation({
    mutationFn: () => settingsApi.updateWebhook(one.id, { status: isOn ? 'disabled' : 'enabled' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <p className="min-w-0 flex-1 basis-64 break-all font-medium">{one.url}</p>
        <Badge tone={isOn ? 'good' : 'neutral'}>{isOn ? 'On' : 'Off'}</Badge>
      </div>
      <p className="break-words text-ink-2">{one.types?.join(', ') ?? 'Every event'}</p>
      {one.old_secret_until && (
        <p className="text-ink-3 text-xs">
          The secret before signs as well until {dateTime(one.old_secret_until)}
        </p>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button aria-expanded={isShown} onClick={show}>
          Deliveries
        </Button>
        <Button disabled={turn.isPending} onClick={() => turn.mutate()}>
          {isOn ? 'Switch off' : 'Switch on'}
        </Button>
        <Ask
          trigger="New secret"
          look="danger"
          title="Make a new signing secret?"
          description="The one before signs beside it for a day, so that you can change over without losing a message."
          verb="Make secret"
          act={() => settingsApi.rollWebhookSecret(one.id)}
          renews={queryKey}
          shown={({ secret }) => <ShownOnce text={secret ?? ''} label="New signing secret" />}
        />
        <Ask
          trigger="Remove"
          look="danger"
          title="Remove this webhook?"
          description={`${one.url} is told nothing any more. Messages that wait are not sent.`}
          verb="Remove"
          act={() => settingsApi.removeWebhook(one.id)}
          renews={queryKey}
        />
      </div>
      <FormError error={turn.error} />
    </li>
  );
}

const tones: Readonly<Record<WebhookMessage['state'], Tone>> = {
  pending: 'warn',
  delivered: 'good',
  dead: 'bad',
};

const states = Object.keys(tones) as WebhookMessage['state'][];
const stateName = (state: WebhookMessage['state']) => (state === 'dead' ? 'Given up' : words(state));

function Messages({ endpointId }: { endpointId: number }) {
  const [state, setState] = useState('');
  const queryClient = useQueryClient();
  const key = ['webhook-messages', endpointId];
  const { query, rows: messages } = useCursorList(
    [...key, state],
    (cursor) => settingsApi.webhookMessages(endpointId, state, cursor),
    { refetchInterval: 5000 },
  );
  const refresh = () => queryClient.invalidateQueries({ queryKey: key });
  const replay = useMutation({ mutationFn: settingsApi.replayMessage, onSettled: refresh });
  const replayDead = useMutation({
    mutationFn: () => settingsApi.replayDead(endpointId),
    onSettled: refresh,
  });
  return (
    <Card
      title="Deliveries"
      aside={
        <div className="flex items-center gap-2">
          <FilterSelect label="State" among={states} nameOf={stateName} value={state} onValue={setState} />
          <Button disabled={replayDead.isPending} onClick={() => replayDead.mutate()}>
            Replay all given up
          </Button>
        </div>
      }
    >
      <Loading query={query} standIn={<Lines count={4} />}>
        {() =>
          messages.length === 0 ? (
            <p className="p-4 text-ink-2">No message is like that.</p>
          ) : (
            <ul className="divide-y divide-line">
              {messages.map((one) => (
                <li key={one.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-2.5">
                  <details className="min-w-0 flex-1 basis-64">
                    <summary className="cursor-pointer font-medium">{one.type}</summary>
                    <pre className="mt-1 whitespace-pre-wrap break-all font-mono text-ink-2 text-xs">
                      {JSON.stringify(one.data, null, 2)}
                    </pre>
                    <p className="mt-1 break-all font-mono text-ink-3 text-xs">{one.message_id}</p>
                  </details>
                  <div className="text-right text-ink-3 text-xs">
                    <p>{dateTime(one.occurred_at)}</p>
                    <p>
                      {counted(one.attempts, 'attempt')}
                      {one.last_status !== null && `, answered ${one.last_status}`}
                    </p>
                    {one.last_error && <p className="max-w-60 break-words text-bad">{one.last_error}</p>}
                  </div>
                  <Badge tone={tones[one.state]}>{stateName(one.state)}</Badge>
                  <Button
                    aria-label={`Replay ${one.message_id}`}
                    disabled={replay.isPending}
                    onClick={() => replay.mutate(one.id)}
                  >
                    Replay
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
      <FormError error={replay.error ?? replayDead.error} />
      <Older of={query} />
    </Card>
  );
}

function NewEndpoint() {
  return (
    <Ask
      trigger="Add webhook"
      look="primary"
      title="Add a webhook"
      verb="Add"
      act={({ url, types }) => {
        const chosen = linesOf(types);
        return settingsApi.createWebhook({ url, ...(chosen.length === 0 ? {} : { types: chosen }) });
      }}
      renews={queryKey}
      shown={({ secret }) => <ShownOnce text={secret ?? ''} label="Signing secret" />}
    >
      <Field label="Address" name="url" type="url" required placeholder="https://acme.com/hooks" autoFocus />
      <TextArea
        label="Events"
        name="types"
        rows={3}
        placeholder="payment.recorded"
        hint="One a line, as in docs/webhooks.md; none: every event."
      />
    </Ask>
  );
}

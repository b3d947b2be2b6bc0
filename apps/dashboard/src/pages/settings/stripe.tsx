import type { ProgramRecord, StripeStatus } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { settingsApi } from '../../client/settings.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { Lines, Loading } from '../../parts/states.tsx';
import { counted, dateTime, day } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { keepStart } from './stripe-start.ts';

export default function Stripe() {
  return <NeedsProgram title="Stripe">{(program) => <Of key={program.id} program={program} />}</NeedsProgram>;
}

const keyOf = (program: ProgramRecord) => ['stripe', program.id];

function Of({ program }: { program: ProgramRecord }) {
  const query = useQuery({ queryKey: keyOf(program), queryFn: () => settingsApi.stripe(program.id) });
  const { may } = useMe();
  return (
    <Loading query={query} standIn={<Lines count={6} />}>
      {(status) => (
        <>
          <Standing status={status} program={program} />
          {may('program:update') && status.oauth_available && <ByOAuth status={status} program={program} />}
          {may('program:update') && <Connect program={program} />}
        </>
      )}
    </Loading>
  );
}

function Standing({ status, program }: { status: StripeStatus; program: ProgramRecord }) {
  const { may } = useMe();
  const { connections, endpoints, events, advice } = status;
  const inForce = connections.filter((one) => one.disconnected_at === null);
  return (
    <Card
      title="Stripe"
      aside={
        <Badge tone={inForce.length > 0 ? 'good' : 'neutral'}>
          {inForce.length > 0 ? 'Connected' : 'Not connected'}
        </Badge>
      }
    >
      <div className="space-y-4 p-4">
        {advice.length > 0 && (
          <ul className="space-y-1 rounded-md bg-warn-soft px-3 py-2 text-warn">
            {advice.map((text) => (
              <li key={text} className="break-words">
                {text}
              </li>
            ))}
          </ul>
        )}
        {inForce.map((one) => (
          <p key={one.account + String(one.livemode)} className="flex flex-wrap items-center gap-2">
            <span className="break-all font-mono text-xs">{one.account}</span>
            <Badge tone={one.livemode ? 'neutral' : 'accent'}>{one.livemode ? 'Live' : 'Test mode'}</Badge>
            <span className="text-ink-2">since {day(one.connected_at)}</span>
          </p>
        ))}
        {endpoints.map((one) => (
          <p key={one.id} className="text-ink-2">
            Endpoint <span className="font-mono text-xs">{one.webhook_endpoint_id ?? one.secret_masked}</span>
            : {one.last_event_at ? `last heard of ${dateTime(one.last_event_at)}` : 'never heard of'}
          </p>
        ))}
        <div>
          <p className="mb-1 font-medium">Where Stripe delivers</p>
          <Copyable text={status.webhook_url} label="Webhook address" />
        </div>
        <p className="text-ink-2">
          {counted(events.waiting, 'event')} waiting, {events.failed} failed.{' '}
          <Link to="/health" search={(old) => old} className="text-accent underline">
            Failed ones are replayed in Health
          </Link>
        </p>
        {inForce.length > 0 && may('program:update') && (
          <Ask
            trigger="Disconnect"
            look="danger"
            title="Disconnect Stripe?"
            description="The webhook endpoint, the key and the secrets go. What was received stays; payments are not told of any more."
            verb="Disconnect"
            act={() => settingsApi.removeStripe(program.id)}
            renews={keyOf(program)}
          />
        )}
      </div>
    </Card>
  );
}

/** Whoever owns the account agrees on Stripe’s page, and comes back. */
function ByOAuth({ status, program }: { status: StripeStatus; program: ProgramRecord }) {
  const start = useMutation({
    mutationFn: () =>
      settingsApi.startStripe(program.id, `${new URL(status.webhook_url).origin}/stripe-return`),
    onSuccess({ authorize_url: page, state }) {
      keepStart({ programId: program.id, state });
      location.assign(page);
    },
  });
  return (
    <Card title="Connect on Stripe’s page">
      <div className="space-y-3 p-4">
        <p className="text-ink-2">You choose the account there and agree; the rest is set up by itself.</p>
        <FormError error={start.error} />
        <Button look="primary" disabled={start.isPending} onClick={() => start.mutate()}>
          Connect with Stripe
        </Button>
      </div>
    </Card>
  );
}

function Connect({ program }: { program: ProgramRecord }) {
  const queryClient = useQueryClient();
  const connect = useMutation({
    mutationFn: ({ key = '' }: Fields) => settingsApi.connectStripe(program.id, key.trim()),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keyOf(program) }),
  });
  return (
    <Card title="Connect with a restricted key">
      <form className="space-y-4 p-4" onSubmit={(event) => connect.mutate(fieldsOf(event))}>
        <p className="text-ink-2">
          Make a restricted key in Stripe’s Dashboard with the permissions that docs/stripe-setup.md lists.
          The endpoint, its events and its secret are set up from here; it is safe to repeat.
        </p>
        <Field
          label="Restricted key"
          name="key"
          type="password"
          required
          autoComplete="off"
          placeholder="rk_live_…"
          hint="Kept encrypted, and never shown again."
        />
        <FormError error={connect.error} />
        {connect.data && (
          <div role="status" className="space-y-1">
            <p className="text-good">
              {connect.data.connection.account} is connected
              {connect.data.verified && ', and a signed test event came through'}.
            </p>
            {connect.data.warnings.map((text) => (
              <p key={text} className="text-warn">
                {text}
              </p>
            ))}
          </div>
        )}
        <Button type="submit" look="primary" disabled={connect.isPending}>
          {connect.isPending ? 'Asking Stripe…' : 'Connect'}
        </Button>
      </form>
    </Card>
  );
}

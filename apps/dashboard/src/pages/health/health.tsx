import type { Health as HealthFigures } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { healthApi } from '../../client/health.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { FactList } from '../../parts/facts.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { count, counted, dateTime } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { Bars } from './bars.tsx';
import { Inbox } from './inbox.tsx';
import { Reconcile } from './reconcile.tsx';
import { bytes, duration } from './units.ts';

const everyMs = 5000;

export function Health() {
  const { may } = useMe();
  const subject = useSubject();
  const query = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => healthApi.health(signal),
    refetchInterval: everyMs,
    enabled: may('program:update'),
  });
  if (!may('program:update'))
    return (
      <>
        <PageHead title="Health" />
        <Empty title="Your role does not show this">An owner or admin looks after the server.</Empty>
      </>
    );
  const timeZone = subject?.timeZone ?? 'UTC';
  return (
    <Loading query={query} standIn={<Lines count={14} />}>
      {(health) => (
        <>
          <PageHead title="Health">
            <Verdict health={health} />
          </PageHead>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <div className="min-w-0 space-y-4">
              <Ingest health={health} timeZone={timeZone} />
              {subject?.program && <Inbox programId={subject.program.id} timeZone={timeZone} />}
              {subject?.program && <Reconcile programId={subject.program.id} />}
              <Dropped health={health} />
            </div>
            <div className="min-w-0 space-y-4">
              <Pipelines health={health} timeZone={timeZone} />
              <Server health={health} timeZone={timeZone} />
            </div>
          </div>
        </>
      )}
    </Loading>
  );
}

/** What somebody should look at first. */
function troublesOf({
  event_log: log,
  stripe_inbox: inbox,
  webhooks,
  engines,
  disk,
}: HealthFigures): string[] {
  return [
    ...(engines.postgres === null ? ['PostgreSQL does not answer'] : []),
    ...(engines.clickhouse === null ? ['ClickHouse does not answer'] : []),
    ...(log.lag_seconds > 60 ? [`ClickHouse is ${duration(log.lag_seconds)} behind`] : []),
    ...(log.refused > 0 ? [`ClickHouse refused ${counted(log.refused, 'event')}`] : []),
    ...(inbox.failed > 0 ? [`${counted(inbox.failed, 'Stripe event')} failed`] : []),
    ...(webhooks.dead > 0 ? [`${counted(webhooks.dead, 'webhook')} given up`] : []),
    ...(disk.free_bytes !== null && disk.free_bytes < 1024 ** 3 ? ['Less than 1 GB of disk is left'] : []),
  ];
}

function Verdict({ health }: { health: HealthFigures }) {
  const troubles = troublesOf(health);
  if (troubles.length === 0) return <Badge tone="good">All is well</Badge>;
  return troubles.map((text) => (
    <Badge key={text} tone="bad">
      {text}
    </Badge>
  ));
}

function Ingest({ health, timeZone }: { health: HealthFigures; timeZone: string }) {
  const { minutes, last_event_at: last } = health.ingest;
  const total = minutes.reduce((sum, { events }) => sum + events, 0);
  return (
    <Card title="Events, last hour" aside={<span className="num text-ink-2">{counted(total, 'event')}</span>}>
      <div className="p-4">
        <Bars minutes={minutes} timeZone={timeZone} />
        <p className="mt-3 text-ink-2">
          {last === null
            ? 'Nothing arrived in the last hour.'
            : `The latest was at ${dateTime(last, timeZone)}.`}
        </p>
      </div>
    </Card>
  );
}

/** What is not as it should be stands out. */
const toldBad = (text: string, isBad: boolean) => (isBad ? <Badge tone="bad">{text}</Badge> : text);

function Pipelines({ health, timeZone }: { health: HealthFigures; timeZone: string }) {
  const { event_log: log, stripe_inbox: inbox, webhooks, mails } = health;
  return (
    <Card title="On their way">
      <FactList
        facts={[
          ['Event log to ClickHouse', toldBad(`${duration(log.lag_seconds)} behind`, log.lag_seconds > 60)],
          ['Events waiting for ClickHouse', count(log.waiting)],
          ['Events ClickHouse refused', toldBad(count(log.refused), log.refused > 0)],
          ['Stripe events waiting', count(inbox.waiting)],
          ['Stripe events that failed', toldBad(count(inbox.failed), inbox.failed > 0)],
          ['Last from Stripe', inbox.last_received_at ? dateTime(inbox.last_received_at, timeZone) : 'never'],
          ['Webhooks to you, waiting', count(webhooks.pending)],
          ['Webhooks given up', toldBad(count(webhooks.dead), webhooks.dead > 0)],
          ['Mails waiting', mails.can_send ? count(mails.waiting) : 'no mail server is set'],
        ]}
      />
    </Card>
  );
}

function Dropped({ health }: { health: HealthFigures }) {
  return (
    <Card
      title="Dropped, by reason"
      aside={<span className="text-ink-3 text-xs">since the server started</span>}
    >
      {health.dropped.length === 0 ? (
        <p className="p-4 text-ink-2">Nothing was refused or ignored.</p>
      ) : (
        <FactList
          facts={health.dropped.map(({ route, reason, count: times }) => [
            `${reason.replaceAll('_', ' ')} · ${route}`,
            count(times),
          ])}
        />
      )}
    </Card>
  );
}

function Server({ health, timeZone }: { health: HealthFigures; timeZone: string }) {
  const { engines, disk, server } = health;
  const size = (value: number | null) => (value === null ? 'unknown' : bytes(value));
  return (
    <Card title="Server and engines">
      <FactList
        facts={[
          ['Headwater', server.version],
          ['Node.js', server.node],
          ['PostgreSQL', toldBad(engines.postgres ?? 'away', engines.postgres === null)],
          ['ClickHouse', toldBad(engines.clickhouse ?? 'away', engines.clickhouse === null)],
          ['Started', dateTime(server.started_at, timeZone)],
          ['Memory', bytes(server.memory_bytes)],
          ['PostgreSQL on disk', size(disk.postgres_bytes)],
          ['ClickHouse on disk', size(disk.clickhouse_bytes)],
          ['Disk left', size(disk.free_bytes)],
          ['Reached at', server.public_url],
        ]}
      />
    </Card>
  );
}

/** How the server and a workspace's pipelines are (extension of §12a). */
import Type, { type Static, type TSchema } from 'typebox';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const iso = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });

export const Health = Type.Object({
  at: iso,
  ingest: Type.Object(
    {
      minutes: Type.Array(Type.Object({ at: iso, events: count }), {
        description: 'the last 60 minutes, this one too, by when it happened',
      }),
      last_event_at: nullable(iso),
    },
    { description: 'of this workspace, as far as ClickHouse has it' },
  ),
  event_log: Type.Object({
    lag_seconds: Type.Number({ description: 'age of the oldest event that ClickHouse does not hold yet' }),
    waiting: count,
    refused: Type.Integer({ description: 'events that ClickHouse refused, kept aside' }),
  }),
  stripe_inbox: Type.Object({
    waiting: count,
    failed: count,
    oldest_waiting_at: nullable(iso),
    last_received_at: nullable(iso),
  }),
  webhooks: Type.Object({ pending: count, dead: count }),
  mails: Type.Object({ waiting: count, can_send: Type.Boolean() }),
  dropped: Type.Array(Type.Object({ route: Type.String(), reason: Type.String(), count }), {
    description: 'by this server process, since it started',
  }),
  server: Type.Object({
    version: Type.String(),
    node: Type.String(),
    started_at: iso,
    memory_bytes: count,
    public_url: Type.String(),
  }),
  engines: Type.Object({
    postgres: nullable(Type.String({ description: 'its version; null: it does not answer' })),
    clickhouse: nullable(Type.String()),
  }),
  clock: Type.Object({
    postgres_ahead_seconds: nullable(
      Type.Number({
        description: 'by how much PostgreSQL’s clock is ahead of the server’s; null: it does not answer',
      }),
    ),
  }),
  disk: Type.Object({
    postgres_bytes: nullable(count),
    clickhouse_bytes: nullable(count),
    free_bytes: nullable(Type.Integer({ description: 'where the data directory is' })),
  }),
});
export type Health = Static<typeof Health>;

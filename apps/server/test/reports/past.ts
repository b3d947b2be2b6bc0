import { type EventRow, newEventId } from '../../src/platform/index.ts';
import type { Story } from '../story.ts';
import type { TestServer } from '../test-server.ts';

/** An event of a made-up past, as ClickHouse holds it. */
export type PastEvent = Omit<EventRow, 'workspace_id' | 'event_id' | 'occurred_at'> & { at: number };

/** Puts events into ClickHouse as the shipper does, for the story's program and website. */
export async function insertPast(
  server: TestServer,
  story: Pick<Story, 'programId' | 'websiteId'>,
  events: readonly PastEvent[],
): Promise<void> {
  const [program] = await server.database.postgres.query<{ workspace_id: number }>(
    'select workspace_id from programs where id = $1',
    [story.programId],
  );
  const lines = events.map(({ at, ...event }) =>
    JSON.stringify({
      workspace_id: program?.workspace_id,
      program_id: story.programId,
      // Clicks know their program only.
      ...(event.type === 'click' ? {} : { website_id: story.websiteId }),
      event_id: newEventId(),
      occurred_at: new Date(at),
      ...event,
    }),
  );
  await server.server.clickhouse.insertLines('events', lines.join('\n'), {});
}

/** Small whole numbers from a seed, the same each time. */
export function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % sides;
  };
}

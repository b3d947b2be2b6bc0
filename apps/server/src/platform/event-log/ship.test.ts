import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestClickHouse, createTestDatabase, type TestDatabase } from '../../../test/databases.ts';
import { type ClickHouse, migrateClickHouse, openClickHouse } from '../clickhouse/index.ts';
import { newEventId } from '../ids.ts';
import { silentLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { appendEvents, type EventRow } from './append.ts';
import { createShipper, type Shipper, type ShipperOptions } from './ship.ts';

describe('the shipper', () => {
  let database: TestDatabase;
  let clickhouse: ClickHouse;
  let shippers: Shipper[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    clickhouse = openClickHouse(createTestClickHouse());
    await Promise.all([migrateClickHouse(clickhouse), migrateClickHouse(clickhouse)]);
  });
  afterAll(async () => {
    await clickhouse.close();
    await database.drop();
  });
  beforeEach(async () => {
    for (const shipper of shippers) await shipper.stop();
    shippers = [];
    await clickhouse.command('truncate table events');
  });

  function shipper(options: Partial<ShipperOptions> = {}): Shipper {
    const made = createShipper({
      postgres: database.postgres,
      databaseUrl: database.url,
      clickhouse,
      log: silentLog,
      metrics: createMetrics(),
      ...options,
    });
    shippers.push(made);
    return made;
  }

  const event = (more: Partial<EventRow> = {}): EventRow => ({
    workspace_id: 1,
    event_id: newEventId(),
    type: 'pageview',
    occurred_at: new Date(),
    ...more,
  });

  async function append(batches: number, size: number): Promise<void> {
    for (let batch = 0; batch < batches; batch += 1) {
      // Two months, so that one insert makes parts of two partitions
      const rows = Array.from({ length: size }, (_, index) =>
        event(index % 2 === 0 ? {} : { occurred_at: new Date(Date.now() - 40 * 86_400_000) }),
      );
      await appendEvents(database.postgres, rows);
    }
  }

  async function count(): Promise<{ rows: number; ids: number }> {
    const [row] = await clickhouse.rows<{ rows: string; ids: string }>(
      'select count() as rows, uniqExact(event_id) as ids from events',
    );
    return { rows: Number(row?.rows), ids: Number(row?.ids) };
  }

  it('takes every batch over once', async () => {
    await append(30, 700);
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 21_000, ids: 21_000 });
    expect(await database.postgres.query('select seq from event_batches')).toEqual([]);
    expect(await database.postgres.query('select id from event_shipments')).toEqual([]);
  });

  it.each(['begun', 'sent'] as const)(
    'killed after it has %s, it repeats without doubling',
    async (fatal) => {
      await append(5, 100);
      let kills = 0;
      const dying = shipper({
        onStep(step) {
          if (step === fatal && kills < 3) {
            kills += 1;
            throw new Error('killed');
          }
        },
      });
      for (let life = 0; life < 3; life += 1) await expect(dying.shipOnce()).rejects.toThrow('killed');
      await dying.stop();
      await append(2, 100);
      await shipper().catchUp(20_000);
      expect(await count()).toEqual({ rows: 700, ids: 700 });
    },
  );

  it('fills the gap when ClickHouse dropped rows that it does not have', async () => {
    await append(2, 100);
    const dying = shipper({
      onStep(step) {
        if (step === 'sent') throw new Error('killed');
      },
    });
    await expect(dying.shipOnce()).rejects.toThrow('killed');
    await dying.stop();
    // As after a kill -9 of ClickHouse: the token is known, some of the rows are not there.
    await clickhouse.command(
      'alter table events delete where occurred_at < now() - interval 20 day settings mutations_sync = 2',
    );
    expect((await count()).rows).toBe(100);
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 200, ids: 200 });
  });

  it('has one leader among several processes, and the next when it goes', async () => {
    const [first, second] = [shipper(), shipper()];
    await append(1, 10);
    await first.shipOnce();
    await append(1, 10);
    expect(await second.shipOnce()).toBe(0);
    await first.stop();
    expect(await second.shipOnce()).toBe(10);
    expect(await count()).toEqual({ rows: 20, ids: 20 });
  });

  it('loses nothing while ClickHouse is away', async () => {
    await append(3, 10);
    const away = openClickHouse({ url: 'http://127.0.0.1:9', database: clickhouse.database });
    const cut = shipper({ clickhouse: away });
    await expect(cut.shipOnce()).rejects.toThrow();
    expect(await cut.lagSeconds()).toBeGreaterThan(0);
    await cut.stop();
    await away.close();
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 30, ids: 30 });
  });

  it('sets aside the one event that ClickHouse cannot read, and ships all others', async () => {
    await append(2, 50);
    const bad = '{"workspace_id":1,"type":"pageview","occurred_at":"not a time","event_id":"bad"}';
    await database.postgres.query('insert into event_batches (events, payload) values (1, $1)', [bad]);
    await append(2, 50);
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 200, ids: 200 });
    const letters = await database.postgres.query('select payload, reason from event_dead_letters');
    expect(letters).toEqual([{ payload: bad, reason: expect.stringContaining('occurred_at') }]);
  });
});

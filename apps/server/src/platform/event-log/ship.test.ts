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
    await database.postgres.query('truncate event_dead_letters');
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

  /** What a shipper leaves that was killed before it sent anything. */
  async function openShipment(): Promise<{ token: string; payload: string }> {
    const dying = shipper({
      onStep() {
        throw new Error('killed');
      },
    });
    await expect(dying.shipOnce()).rejects.toThrow('killed');
    await dying.stop();
    const [row] = await database.postgres.query<{ token: string; payload: string }>(
      'select s.token, b.payload from event_shipments s join event_batches b on b.seq = any (s.seqs)',
    );
    return row as { token: string; payload: string };
  }

  it('ships what ClickHouse knows by its token but does not hold: it crashed between the two', async () => {
    await append(1, 20);
    const { token, payload } = await openShipment();
    await clickhouse.insertLines('events', payload, { insert_deduplication_token: token });
    await clickhouse.command('delete from events where 1');
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 20, ids: 20 });
  });

  it('does not repeat what ClickHouse holds but has forgotten the token of', async () => {
    await append(1, 20);
    const { payload } = await openShipment();
    // one of the two months arrived
    const month = payload.split('\n').filter((_, index) => index % 2 === 0);
    await clickhouse.insertLines('events', month.join('\n'), { insert_deduplication_token: 'forgotten' });
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 20, ids: 20 });
  });

  it('recognises events of any year', async () => {
    const years = [1, 1899, 1969, 2026, 2300, 9999].map((year) => {
      const at = new Date(Date.UTC(2000, 0, 1));
      at.setUTCFullYear(year);
      return event({ type: 'payment', occurred_at: at });
    });
    await appendEvents(database.postgres, years);
    const { payload } = await openShipment();
    await clickhouse.insertLines('events', payload, { insert_deduplication_token: 'forgotten too' });
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 6, ids: 6 });
  });

  it('finds a bad event again after a kill, and ships its neighbours once', async () => {
    await append(1, 20);
    const bad = '{"workspace_id":1,"type":"pageview","occurred_at":"never","event_id":"bad2"}';
    await database.postgres.query('insert into event_batches (events, payload) values (1, $1)', [bad]);
    const dying = shipper({
      onStep(step) {
        if (step === 'sent') throw new Error('killed');
      },
    });
    await expect(dying.shipOnce()).rejects.toThrow('killed');
    await dying.stop();
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 20, ids: 20 });
    const letters = await database.postgres.query('select from event_dead_letters where payload = $1', [bad]);
    expect(letters).toHaveLength(1);
  });

  it('ships sales of any number of months at once', async () => {
    const months = Array.from({ length: 120 }, (_, month) =>
      event({ type: 'payment', occurred_at: new Date(Date.UTC(2015, month, 1)) }),
    );
    await appendEvents(database.postgres, months);
    await shipper().catchUp(20_000);
    expect(await count()).toEqual({ rows: 120, ids: 120 });
  });

  it('keeps up with single events: a full shipment is followed by the next at once', async () => {
    await database.postgres.query(
      `insert into event_batches (events, payload)
       select 1, json_build_object('workspace_id', 1, 'type', 'lead', 'event_id', 'e' || n, 'occurred_at', now())
       from generate_series(1, 25000) n`,
    );
    const busy = shipper();
    busy.start();
    await busy.catchUp(20_000);
    expect(await count()).toEqual({ rows: 25_000, ids: 25_000 });
  });

  it('lets the lag be seen to grow while ClickHouse is away', async () => {
    await append(1, 10);
    const away = openClickHouse({ url: 'http://127.0.0.1:9', database: clickhouse.database });
    const metrics = createMetrics();
    const cut = shipper({ clickhouse: away, metrics });
    cut.start();
    await expect
      .poll(async () => (await metrics.lagSeconds.get()).values[0]?.value, { timeout: 10_000 })
      .toBeGreaterThan(1);
    await cut.stop();
    await away.close();
    await shipper().catchUp(20_000);
  });

  it('has a column for every member of an event, and none besides', async () => {
    const every: Record<keyof EventRow, true> = {
      workspace_id: true,
      program_id: true,
      website_id: true,
      event_id: true,
      type: true,
      name: true,
      occurred_at: true,
      visitor_id: true,
      session_id: true,
      customer_id: true,
      url: true,
      hostname: true,
      path: true,
      title: true,
      referrer: true,
      referrer_host: true,
      landing_page: true,
      source: true,
      medium: true,
      campaign: true,
      term: true,
      content: true,
      channel: true,
      click_id_kind: true,
      country: true,
      region: true,
      city: true,
      device: true,
      browser: true,
      os: true,
      language: true,
      screen: true,
      partner_id: true,
      link_id: true,
      click_id: true,
      payment_id: true,
      sign: true,
      amount: true,
      currency: true,
      commission: true,
      is_test: true,
      properties: true,
      fee: true,
      product: true,
      plan: true,
      is_returning: true,
      visit_day: true,
    };
    const columns = await clickhouse.rows<{ name: string }>(
      `select name from system.columns where database = currentDatabase() and table = 'events'`,
    );
    expect(columns.map((column) => column.name).sort()).toEqual(Object.keys(every).sort());
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

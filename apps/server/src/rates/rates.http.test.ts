import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-10T12:00:00Z') });
});
afterAll(() => server.close());

const post = (body: Record<string, unknown>, key = server.key) => server.post('/api/v1/fx-rates', body, key);
const list = async (query = '') => (await server.get(`/api/v1/fx-rates${query}`, server.key)).body;

describe('importing rates', () => {
  it('takes JSON and the text of a file; a day that is told again is corrected', async () => {
    const rates = [
      { date: '2026-06-01', currency: 'EUR', usd_per_unit: '1.0842' },
      { date: '2026-06-01', currency: 'jpy', usd_per_unit: 0.0065 },
    ];
    expect(await post({ rates })).toMatchObject({ status: 201, body: { data: { imported: 2 } } });
    const csv = '\uFEFFdate,currency,usd_per_unit\r\n2026-06-02, EUR,1.09\r\n\r\n2026-06-01,EUR,1.10\r\n';
    expect((await post({ csv })).body).toEqual({ data: { imported: 2 } });
    expect((await list()).data).toEqual([
      { date: '2026-06-02', currency: 'EUR', usd_per_unit: '1.09' },
      { date: '2026-06-01', currency: 'JPY', usd_per_unit: '0.0065' },
      { date: '2026-06-01', currency: 'EUR', usd_per_unit: '1.1' },
    ]);
    expect((await list('?currency=JPY')).data).toHaveLength(1);
    const first = await list('?limit=2');
    expect((await list(`?limit=2&cursor=${first.next_cursor}`)).data).toEqual([
      { date: '2026-06-01', currency: 'EUR', usd_per_unit: '1.1' },
    ]);
    const { body } = await server.get('/api/v1/audit?limit=2', server.key);
    expect(body.data[0]).toMatchObject({
      act: 'rates.import',
      details: { from: '2026-06-01', to: '2026-06-02' },
    });
  });

  const good = { date: '2026-06-05', currency: 'EUR', usd_per_unit: '1' };
  it.each([
    [{}, 'rates is required'],
    [{ csv: 'date,currency\n"' }, 'csv is invalid'],
    [{ rates: [good, { ...good, date: '2026-02-30' }] }, 'rates is invalid: date of rate 2'],
    [{ rates: [{ ...good, currency: 'EURO' }] }, 'rates is invalid: currency of rate 1'],
    [{ rates: [{ ...good, currency: 'USD' }] }, 'rates is invalid: currency of rate 1'],
    [{ rates: [{ ...good, usd_per_unit: '0.00' }] }, 'rates is invalid: usd_per_unit of rate 1'],
    [{ rates: [{ ...good, usd_per_unit: '-1' }] }, 'rates is invalid: usd_per_unit of rate 1'],
    [{ rates: [{ ...good, usd_per_unit: '1e3' }] }, 'rates is invalid: usd_per_unit of rate 1'],
    [{ rates: [null] }, 'rates is invalid: date of rate 1'],
  ])('%j: %s, and nothing of it is kept', async (body, error) => {
    const before = await list();
    const reply = await post(body);
    expect([reply.status, reply.body.error]).toEqual([400, error]);
    expect(await list()).toEqual(before);
  });

  it('is for keys of the whole workspace, and seen by no other', async () => {
    const limited = await server.post('/api/v1/programs', { name: 'A', domain: 'a.example' }, server.key);
    const { body } = await server.post(
      '/api/v1/api-keys',
      { name: 'limited', program_scope: [limited.body.data.id] },
      server.key,
    );
    expect((await post({ rates: [good] }, body.data.key)).status).toBe(403);
    const stranger = await server.otherWorkspace();
    expect((await server.get('/api/v1/fx-rates', stranger)).body.data).toEqual([]);
  });
});

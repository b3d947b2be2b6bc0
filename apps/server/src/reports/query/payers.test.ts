import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestClickHouse } from '../../../test/databases.ts';
import { type ClickHouse, migrateClickHouse, openClickHouse } from '../../platform/index.ts';
import { answer } from './answer.ts';
import type { Question } from './question.ts';

let clickhouse: ClickHouse;

beforeAll(async () => {
  clickhouse = openClickHouse(createTestClickHouse());
  await migrateClickHouse(clickhouse);
  const common = { workspace_id: 1, website_id: 'web', program_id: 1, type: 'payment', currency: 'USD' };
  const at = (day: number) => ({ occurred_at: `2026-05-0${day}T12:00:00.000Z` });
  const paid = (payment: number, customer: number, partner: number, more = {}) => ({
    ...common,
    ...{ payment_id: payment, customer_id: customer, partner_id: partner, amount: 1000, sign: 1, ...at(1) },
    ...more,
  });
  const back = { sign: -1, amount: -1000 };
  const rows = [
    paid(1, 7, 1),
    paid(2, 7, 1),
    // Nobody's at first; then a customer and a partner were found, and its day mended.
    ...[paid(3, 0, 0), paid(3, 0, 0, back), paid(3, 8, 2, at(2))],
    // Taken back with the customer of today, as it is told where only the context changes.
    ...[paid(4, 0, 0), paid(4, 9, 0, back), paid(4, 9, 3)],
    // Its new half is still on its way.
    ...[paid(5, 10, 1), paid(5, 10, 1, back)],
  ];
  const lines = rows.map((row, number) => JSON.stringify({ ...row, event_id: `e${number}` }));
  await clickhouse.insertLines('events', lines.join('\n'), { async_insert: 0 });
});
afterAll(async () => {
  await clickhouse.command(`drop database ${clickhouse.database}`);
  await clickhouse.close();
});

const ask = async (more: Partial<Question>) => {
  const rows = await answer(clickhouse, {
    owner: { workspaceId: 1, of: { programId: 1 } },
    metrics: ['customers', 'payments', 'gross_revenue_cents'],
    dimensions: [],
    filters: [],
    period: { from: new Date('2026-05-01'), before: new Date('2026-05-31') },
    timeZone: 'UTC',
    orderBy: [],
    limit: 100,
    offset: 0,
    groups: new Map(),
    money: { currency: 'USD', factors: [], isConverted: false, onlyOwn: false },
    ...more,
  } as Question);
  return rows.map(({ dimensions, metrics }) => [
    ...Object.values(dimensions),
    metrics.customers,
    metrics.payments,
    metrics.gross_revenue_cents,
  ]);
};

it('who paid counts once, by the payment as it was told last', async () => {
  expect(await ask({})).toEqual([[3, 4, 4000]]);
  expect(await ask({ dimensions: ['partner'] })).toEqual([
    ['1', 1, 2, 2000],
    ['2', 1, 1, 1000],
    ['3', 1, 1, 1000],
  ]);
  expect(await ask({ dimensions: ['day', 'partner'], metrics: ['customers'] })).toEqual([
    ['2026-05-01', '1', 1, undefined, undefined],
    ['2026-05-01', '3', 1, undefined, undefined],
    ['2026-05-02', '2', 1, undefined, undefined],
  ]);
});

it('in a period that holds only the new telling, and in none', async () => {
  const of = (day: number) => ({
    from: new Date(`2026-05-0${day}`),
    before: new Date(`2026-05-0${day + 1}`),
  });
  expect(await ask({ period: of(2) })).toEqual([[1, 1, 1000]]);
  expect(await ask({ period: of(1) })).toEqual([[2, 3, 3000]]);
  expect(await ask({ period: of(3) })).toEqual([[0, 0, 0]]);
});

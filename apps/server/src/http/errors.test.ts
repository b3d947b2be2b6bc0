import { ClickHouseError } from '@clickhouse/client';
import { expect, it } from 'vitest';
import { toRefusal } from './errors.ts';

const said = (code: string, type: string) =>
  toRefusal(new ClickHouseError({ code, type, message: `${type} of /var/lib/x` }), 'coded', 'Report failed');

it('a full disk is no fault of the request: 503, and to be sent again', () => {
  const refusal = said('243', 'NOT_ENOUGH_SPACE');
  expect(refusal).toMatchObject({ status: 503, code: 'unavailable', retryAfterSeconds: 2 });
  expect(JSON.stringify(refusal.body)).not.toMatch(/SPACE|var/);
});

it('what would fail again is 500 in the route’s words', () => {
  expect(said('47', 'UNKNOWN_IDENTIFIER')).toMatchObject({
    status: 500,
    body: { error: 'Report failed', code: 'internal' },
    retryAfterSeconds: null,
  });
});

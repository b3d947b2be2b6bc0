import { expect, it } from 'vitest';
import { type ClickHouse, createLog } from '../../platform/index.ts';
import { mergeMonths } from './merge.ts';

/** An engine that fails, and what is told of it. */
async function toldOf(error: Error): Promise<unknown[]> {
  const told: unknown[] = [];
  const log = createLog('silent');
  log.warn = (what: object) => void told.push(what);
  const clickhouse = { command: () => Promise.reject(error) } as unknown as ClickHouse;
  await mergeMonths(clickhouse, ['2026-01-01'], log);
  return told;
}

it('tells what failed, and that something takes long is no failure', async () => {
  const full = Object.assign(new Error('No space left on device'), { code: '243' });
  expect(await toldOf(full)).toEqual(
    ['sessions partition 202601', 'hours partition 202601', 'rollups partition 202601', 'rollup_builds'].map(
      (what) => ({ err: full, what }),
    ),
  );
  expect(await toldOf(new Error('Timeout error.'))).toEqual([]);
  expect(await toldOf(Object.assign(new Error('Timeout exceeded'), { code: '159' }))).toEqual([]);
});

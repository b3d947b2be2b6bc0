import { expect, it } from 'vitest';
import { createLog, type Postgres } from '../platform/index.ts';
import { openKeyUses } from './key-uses.ts';

it('keeps what could not be written for the next time, and says so', async () => {
  const told: unknown[] = [];
  const log = createLog('silent');
  log.warn = (what: object) => void told.push(what);
  const away = new Error('the database is away');
  const written: unknown[] = [];
  const answers = [() => Promise.reject(away), () => Promise.resolve([])];
  const postgres = {
    query(_what: unknown, values: unknown) {
      written.push(values);
      return answers.shift()?.();
    },
  } as unknown as Postgres;
  const uses = openKeyUses(postgres, log);
  const key = { kind: 'management', workspaceId: 3, scopes: [], programScope: null } as const;
  uses.note({ ...key, holder: { kind: 'key', id: 7 } });
  await uses.flush();
  expect(told).toEqual([{ err: away }]);
  await uses.stop();
  expect(written).toEqual(Array(2).fill([[3], [7]]));
  expect(told).toHaveLength(1);
});

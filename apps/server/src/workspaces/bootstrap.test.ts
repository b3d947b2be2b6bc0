import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/databases.ts';
import { hashToken } from '../platform/index.ts';
import { ensureFirstKey, installBootstrapKey } from './index.ts';
import { findPrincipal } from './queries.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const key = 'affk_bootstrap-key-of-the-tests';
const count = async (table: string) =>
  (await database.postgres.query<{ n: number }>(`select count(*)::integer as n from ${table}`))[0]?.n;

describe('installBootstrapKey', () => {
  it('makes the first workspace and installs the key with all scopes, however many start at once', async () => {
    await Promise.all(Array.from({ length: 6 }, () => installBootstrapKey(database.postgres, key)));
    await installBootstrapKey(database.postgres, key);
    expect([await count('workspaces'), await count('management_keys')]).toEqual([1, 1]);
    const found = await findPrincipal(database.postgres, hashToken(key));
    expect(found?.principal).toMatchObject({ kind: 'management', scopes: ['*'], programScope: null });
  });

  it('joins the first workspace, and leaves a revoked key revoked', async () => {
    await ensureFirstKey(database.postgres);
    await installBootstrapKey(database.postgres, key);
    expect(await count('workspaces')).toBe(1);
    await database.postgres.query('update management_keys set revoked_at = now() where key_hash = $1', [
      hashToken(key),
    ]);
    await installBootstrapKey(database.postgres, key);
    expect(await findPrincipal(database.postgres, hashToken(key))).toBeUndefined();
  });
});

describe('ensureFirstKey', () => {
  it('answers a key once, to one of several processes', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => ensureFirstKey(database.postgres)));
    const [first, ...more] = made.filter((one) => one !== null);
    expect(more).toEqual([]);
    expect(await findPrincipal(database.postgres, hashToken(first as string))).toBeDefined();
    expect(await ensureFirstKey(database.postgres)).toBeNull();
    expect([await count('workspaces'), await count('management_keys')]).toEqual([1, 1]);
  });

  it('makes nothing when the key cannot be written down', async () => {
    const full = () => Promise.reject(new Error('disk full'));
    await expect(ensureFirstKey(database.postgres, full)).rejects.toThrow('disk full');
    expect(await count('workspaces')).toBe(0);
    expect(await ensureFirstKey(database.postgres)).not.toBeNull();
  });
});

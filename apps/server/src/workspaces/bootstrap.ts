import { type Db, hashToken, kysely, maskToken, newToken, type Postgres } from '../platform/index.ts';
import { findFirstWorkspace, insertKey, insertWorkspace, lockBootstrap } from './key-queries.ts';
import { keyPrefix } from './management-keys.ts';

/**
 * Installs a management key from the environment, with all scopes, for the first workspace, which is made when there
 * is none. Safe to repeat, and from several processes at once. A key that was revoked stays revoked: a restart must
 * not bring a leaked key back to life.
 */
export async function installBootstrapKey(postgres: Postgres, key: string): Promise<void> {
  await kysely(postgres)
    .transaction()
    .execute(async (trx) => {
      await lockBootstrap(trx);
      const workspaceId = (await findFirstWorkspace(trx)) ?? (await insertWorkspace(trx, 'My workspace'));
      await installKey(trx, workspaceId, 'HEADWATER_BOOTSTRAP_KEY', key);
    });
}

/**
 * On the very first start: makes the first workspace and a management key with all scopes, and answers the key, which
 * is nowhere else. Null when there is a workspace already; of several processes one gets the key. `keep` runs before
 * the commit, so that a key which could not be written down was never made.
 */
export async function ensureFirstKey(
  postgres: Postgres,
  keep: (key: string) => Promise<void> = async () => {},
): Promise<string | null> {
  return kysely(postgres)
    .transaction()
    .execute(async (trx) => {
      await lockBootstrap(trx);
      if ((await findFirstWorkspace(trx)) !== undefined) return null;
      const key = newToken('affk_');
      await installKey(trx, await insertWorkspace(trx, 'My workspace'), 'First key', key);
      await keep(key);
      return key;
    });
}

async function installKey(trx: Db, workspaceId: number, name: string, key: string): Promise<void> {
  await insertKey(trx, {
    workspace_id: workspaceId,
    name,
    key_hash: hashToken(key),
    prefix: keyPrefix(key),
    mask: maskToken(key),
    scopes: ['*'],
    program_scope: null,
    expires_at: null,
  });
}

import type { CreateKeyRequest, KeyRecord, UpdateKeyRequest } from '@headwater/contract';
import {
  AppError,
  hashToken,
  invariant,
  scopes as knownScopes,
  type ManagementPrincipal,
  maskToken,
  newToken,
  type Page,
  parseInstant,
  readCursor,
  readLimit,
  smallId,
  sqlOf,
  toPage,
} from '../platform/index.ts';
import type { Act } from './audit/act.ts';
import {
  findKey,
  insertKey,
  type KeyRow,
  listKeys as listRows,
  lockKey,
  updateKeyRow,
} from './key-queries.ts';
import { listKeyUses } from './key-uses.ts';
import { getOwnProgram } from './own-program.ts';
import { type Actor, change, clearable, type SetUp } from './set-up.ts';

/** What a key opens, and until when. */
interface Grant {
  scopes: readonly string[];
  programScope: readonly number[] | null;
  expiresAt: Date | null;
}

/**
 * A new management key, shown here and never again. A key never grants more than the one that makes it: 403 for a
 * scope, a program or a life time beyond the caller's own, or a leaked key could make itself a better one.
 */
export async function createKey(
  setUp: SetUp,
  caller: ManagementPrincipal,
  request: CreateKeyRequest,
): Promise<KeyRecord> {
  const now = setUp.clock.now();
  const grant: Grant = {
    scopes: readScopes(request.scopes ?? ['*']),
    programScope: await readProgramScope(setUp, caller, request.program_scope),
    expiresAt: readExpiry(request.expires_at, now),
  };
  refuseBeyond(await getOwnGrant(setUp, caller), grant);
  const key = newToken('affk_');
  const act = (made: KeyRow | undefined) => keyAct('key.create', made, now);
  const row = await change(setUp, caller, act, (trx) =>
    insertKey(trx, {
      workspace_id: caller.workspaceId,
      name: request.name.trim(),
      key_hash: hashToken(key),
      prefix: keyPrefix(key),
      mask: maskToken(key),
      scopes: [...grant.scopes],
      program_scope: grant.programScope === null ? null : [...grant.programScope],
      expires_at: grant.expiresAt,
      created_at: now,
    }),
  );
  invariant(row, 'a random key is new');
  return { ...toKeyRecord(row, now), key };
}

/** Changes what was sent; `null` lifts program_scope and expires_at. 404 `Key not found`, 403 as for a new key. */
export async function updateKey(
  setUp: SetUp,
  caller: ManagementPrincipal,
  keyId: unknown,
  request: UpdateKeyRequest,
  body: Readonly<Record<string, unknown>>,
): Promise<KeyRecord> {
  const now = setUp.clock.now();
  const sentScope = clearable(body, 'program_scope', request.program_scope);
  const sentExpiry = clearable(body, 'expires_at', request.expires_at);
  const scopes = request.scopes && readScopes(request.scopes);
  const programScope = sentScope === undefined ? undefined : await readProgramScope(setUp, caller, sentScope);
  const expiresAt = sentExpiry === undefined ? undefined : readExpiry(sentExpiry, now);
  const own = await getOwnGrant(setUp, caller);
  const act = (changed: KeyRow) => keyAct('key.update', changed, now);
  const row = await change(setUp, caller, act, async (trx) => {
    const id = smallId(keyId);
    const current = id && (await lockKey(trx, caller, id));
    if (!current) throw new AppError('key_not_found');
    const grant: Grant = {
      scopes: scopes ?? current.scopes,
      programScope: programScope === undefined ? current.program_scope : programScope,
      expiresAt: expiresAt === undefined ? current.expires_at : expiresAt,
    };
    const regrants = scopes !== undefined || programScope !== undefined || expiresAt !== undefined;
    if (regrants) refuseBeyond(own, grant);
    return updateKeyRow(trx, caller.workspaceId, current.id, {
      name: request.name?.trim() ?? current.name,
      scopes: [...grant.scopes],
      program_scope: grant.programScope === null ? null : [...grant.programScope],
      expires_at: grant.expiresAt,
    });
  });
  return toKeyRecord(row, now);
}

/** The key opens nothing from now on; its record stays. Revoking again changes nothing. */
export async function revokeKey(
  setUp: SetUp,
  caller: ManagementPrincipal,
  keyId: unknown,
): Promise<KeyRecord> {
  const now = setUp.clock.now();
  const act = (revoked: KeyRow) => keyAct('key.revoke', revoked, now);
  const row = await change(setUp, caller, act, async (trx) => {
    const id = smallId(keyId);
    const current = id && (await lockKey(trx, caller, id));
    if (!current) throw new AppError('key_not_found');
    if (current.revoked_at !== null) return current;
    return updateKeyRow(trx, caller.workspaceId, current.id, { revoked_at: now });
  });
  return toKeyRecord(row, now);
}

/** The workspace's keys, masked, newest first. */
export async function listKeys(
  setUp: SetUp,
  actor: Actor,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<KeyRecord>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const rows = await listRows(setUp.db, actor, before, limit + 1);
  const uses = await listKeyUses(
    sqlOf(setUp.db),
    actor.workspaceId,
    rows.map(({ id }) => id),
  );
  const now = setUp.clock.now();
  return toPage(
    rows,
    limit,
    (row) => ({ ...toKeyRecord(row, now), last_used_at: uses.get(row.id)?.toISOString() ?? null }),
    (row) => [row.id],
  );
}

function readScopes(sent: readonly string[]): string[] {
  const known = new Set<string>(knownScopes);
  if (!sent.every((scope) => known.has(scope))) throw new AppError('invalid_request', 'scopes is invalid');
  return [...new Set(sent)];
}

/** Each program must be one that the caller may touch; else 404 `Program not found` (contract §2). */
async function readProgramScope(
  setUp: SetUp,
  caller: Actor,
  sent: readonly (number | string)[] | null | undefined,
): Promise<number[] | null> {
  if (sent === undefined || sent === null) return null;
  const programs = await Promise.all(sent.map((id) => getOwnProgram(setUp.directory, caller, id)));
  return [...new Set(programs.map((program) => program.id))];
}

function readExpiry(sent: string | null | undefined, now: Date): Date | null {
  const at = parseInstant(sent);
  if (at === undefined) return null;
  if (at <= now) throw new AppError('invalid_request', 'expires_at is invalid');
  return at;
}

async function getOwnGrant(setUp: SetUp, caller: ManagementPrincipal): Promise<Grant> {
  const { holder, scopes, programScope } = caller;
  // A person's rights are those of their role; they have no key that could expire.
  if (holder.kind === 'person') return { scopes, programScope, expiresAt: null };
  const own = await findKey(setUp.db, caller, holder.id);
  invariant(own, 'the key that called is there');
  return { scopes: own.scopes, programScope: own.program_scope, expiresAt: own.expires_at };
}

function refuseBeyond(own: Grant, grant: Grant): void {
  const all = own.scopes.includes('*');
  const scope = grant.scopes.find((one) => !all && !own.scopes.includes(one));
  if (scope !== undefined) throw new AppError('missing_permission', `Missing permission: ${scope}`);
  const programs = own.programScope;
  if (programs !== null && !grant.programScope?.every((id) => programs.includes(id))) {
    throw new AppError('missing_permission', 'Missing permission: program_scope exceeds your own');
  }
  if (own.expiresAt !== null && (grant.expiresAt === null || grant.expiresAt > own.expiresAt)) {
    throw new AppError('missing_permission', 'Missing permission: expires_at is later than your own');
  }
}

/** The part of a key that tells keys apart in a list: `affk_` and 8 characters. */
export function keyPrefix(key: string): string {
  return key.slice(0, 'affk_'.length + 8);
}

function keyAct(act: string, row: KeyRow | undefined, now: Date): Act {
  invariant(row, 'a random key is new');
  const { id, created_at: _, ...details } = toKeyRecord(row, now);
  return { act, programId: null, subject: `key ${id}`, details };
}

function toKeyRecord(row: KeyRow, now: Date): KeyRecord {
  const expired = row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    program_scope: row.program_scope,
    status: row.revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active',
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    key_masked: row.mask,
  };
}

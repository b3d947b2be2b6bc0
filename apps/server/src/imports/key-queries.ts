import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface NewKey {
  key: Buffer;
  /** What is remembered with it. */
  ref: string | null;
}

const claim = statement(
  'imports.claim_keys',
  `insert into import_keys (workspace_id, scope, key, ref)
   select distinct on (key) $1::integer, $2::text, key, ref from unnest($3::bytea[], $4::text[]) as asked(key, ref)
   order by key
   on conflict do nothing returning key`,
);

/** Claims keys; answers, in hexadecimal, with those that nobody had. */
export async function claimKeys(
  trx: Transaction,
  workspaceId: number,
  scope: string,
  keys: readonly NewKey[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  // The first of equal keys is the one that is stored, so that is the one whose ref is claimed.
  const first = new Map<string, NewKey>();
  for (const one of keys) {
    const hex = one.key.toString('hex');
    if (!first.has(hex)) first.set(hex, one);
  }
  const rows = await trx.query<{ key: Buffer }>(claim, [
    workspaceId,
    scope,
    [...first.values()].map(({ key }) => key),
    [...first.values()].map(({ ref }) => ref),
  ]);
  return new Set(rows.map(({ key }) => key.toString('hex')));
}

const refOf = statement(
  'imports.find_ref',
  'select ref from import_keys where workspace_id = $1 and scope = $2 and key = $3',
);

/** What is remembered with a key. */
export async function findRef(
  sql: Sql,
  workspaceId: number,
  scope: string,
  key: Buffer,
): Promise<string | undefined> {
  const [row] = await sql.query<{ ref: string | null }>(refOf, [workspaceId, scope, key]);
  return row?.ref ?? undefined;
}

const forgetKeys = statement(
  'imports.forget_keys',
  'delete from import_keys where workspace_id = $1 and scope = $2',
);

export async function forgetScope(sql: Sql, workspaceId: number, scope: string): Promise<void> {
  await sql.query(forgetKeys, [workspaceId, scope]);
}

// Dry runs that nobody ended.
const forgetAbandoned = statement(
  'imports.forget_abandoned',
  `delete from import_keys k using imports i
   where i.workspace_id = $1 and i.dry_run and i.done_at is null and i.created_at < $2::timestamptz - interval '1 day'
     and k.workspace_id = i.workspace_id and k.scope = 'dry run ' || i.id`,
);

export async function forgetAbandonedDryRuns(sql: Sql, workspaceId: number, now: Date): Promise<void> {
  await sql.query(forgetAbandoned, [workspaceId, now]);
}

import { type Log, type Postgres, type Principal, type Sql, statement } from '../platform/index.ts';

/** Notes which management keys are used: in memory on the request, in the database every few seconds. */
export interface KeyUses {
  note(principal: Principal): void;
  /** Writes down what was noted. Never fails: what could not be written is tried again with the next. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const everyMs = 10_000;

const save = statement(
  'workspaces.save_key_uses',
  `insert into key_uses (workspace_id, key_id, last_used_at)
   select u.workspace_id, u.key_id, now() from unnest($1::integer[], $2::integer[]) u(workspace_id, key_id)
   join management_keys k on k.workspace_id = u.workspace_id and k.id = u.key_id
   on conflict (workspace_id, key_id) do update set last_used_at = excluded.last_used_at`,
);

export function openKeyUses(postgres: Postgres, log: Log): KeyUses {
  // A key's number is unique in the installation, and a map keeps the last of each.
  let noted = new Map<number, number>();
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();

  async function flush(): Promise<void> {
    if (noted.size === 0) return;
    const uses = [...noted].sort(([a], [b]) => a - b);
    noted = new Map();
    const values = [uses.map(([, workspaceId]) => workspaceId), uses.map(([keyId]) => keyId)];
    await postgres.query(save, values).catch((error: unknown) => {
      noted = new Map([...uses, ...noted]);
      log.warn({ err: error }, 'which keys were used was not written down yet');
    });
  }

  return {
    note(principal) {
      if (principal.kind === 'management' && principal.holder.kind === 'key')
        noted.set(principal.holder.id, principal.workspaceId);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

const list = statement(
  'workspaces.list_key_uses',
  'select key_id as id, last_used_at as at from key_uses where workspace_id = $1 and key_id = any($2::integer[])',
);

/** When each of these keys was last used; one that never was is left out. */
export async function listKeyUses(
  sql: Sql,
  workspaceId: number,
  keyIds: readonly number[],
): Promise<Map<number, Date>> {
  const rows = await sql.query<{ id: number; at: Date }>(list, [workspaceId, keyIds]);
  return new Map(rows.map(({ id, at }) => [id, at]));
}

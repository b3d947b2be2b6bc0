import { type Sql, statement } from '../../platform/index.ts';
import type { Act } from './act.ts';

// seq and hash are the trigger's affair (migration 0008).
const insert = statement(
  'audit.insert',
  `insert into audit_log (workspace_id, seq, at, actor, act, program_id, subject, reason, details, hash)
   values ($1, 0, $2, $3, $4, $5, $6, $7, $8, '')`,
);

export async function insertAct(
  trx: Sql,
  entry: Act & { workspaceId: number; actor: string; at: Date },
): Promise<void> {
  await trx.query(insert, [
    entry.workspaceId,
    entry.at,
    entry.actor,
    entry.act,
    entry.programId,
    entry.subject,
    entry.reason ?? null,
    JSON.stringify(entry.details ?? {}, storable),
  ]);
}

/** PostgreSQL holds neither half a surrogate pair nor U+0000. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value;
}

export interface ActRow {
  seq: bigint;
  at: Date;
  actor: string;
  act: string;
  program_id: number | null;
  subject: string;
  reason: string | null;
  details: Record<string, unknown>;
  hash: Buffer;
}

const list = statement(
  'audit.list',
  `select seq, at, actor, act, program_id, subject, reason, details, hash from audit_log
   where workspace_id = $1 and ($2::integer[] is null or program_id = any($2)) and ($3::bigint is null or seq < $3)
     and ($4::integer is null or program_id = $4) and ($5::text is null or act = $5)
     and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at < $7)
   order by seq desc limit $8`,
);

export function listActRows(
  sql: Sql,
  filter: {
    workspaceId: number;
    programScope: readonly number[] | null;
    before: bigint | null;
    programId: number | null;
    act: string | null;
    from: Date | null;
    until: Date | null;
    limit: number;
  },
): Promise<ActRow[]> {
  return sql.query(list, [
    filter.workspaceId,
    filter.programScope,
    filter.before,
    filter.programId,
    filter.act,
    filter.from,
    filter.until,
    filter.limit,
  ]);
}

/** The first entry whose hash is not that of its content and of the entry before it; undefined: the chain holds. */
const firstBroken = statement(
  'audit.first_broken',
  `select seq, why from (
     select l.seq, l.seq <> row_number() over (order by l.seq) as gap,
       l.hash <> audit_digest(coalesce(lag(l.hash) over (order by l.seq), ''), l) as changed
     from audit_log l where l.workspace_id = $1
   ) entry, lateral (select case when gap then 'an entry before it is missing' else 'it was changed' end as why) w
   where gap or changed order by seq limit 1`,
);

const ends = statement(
  'audit.ends',
  `select coalesce(h.seq, 0)::bigint as "headSeq", coalesce(l.seq, 0)::bigint as "lastSeq",
     h.hash is not distinct from l.hash as "isSame"
   from (select 1) one
   left join audit_heads h on h.workspace_id = $1
   left join lateral (select seq, hash from audit_log where workspace_id = $1 order by seq desc limit 1) l on true`,
);

/** The first thing that is wrong with a workspace's chain, and how many entries it has. */
export async function checkChain(
  sql: Sql,
  workspaceId: number,
): Promise<{ entries: bigint; fault: { seq: bigint; why: string } | null }> {
  const [broken] = await sql.query<{ seq: bigint; why: string }>(firstBroken, [workspaceId]);
  const [row] = await sql.query<{ headSeq: bigint; lastSeq: bigint; isSame: boolean }>(ends, [workspaceId]);
  const { headSeq, lastSeq, isSame } = row as { headSeq: bigint; lastSeq: bigint; isSame: boolean };
  if (broken !== undefined) return { entries: lastSeq, fault: broken };
  const isWhole = headSeq === lastSeq && isSame;
  return {
    entries: lastSeq,
    fault: isWhole ? null : { seq: lastSeq, why: `the chain ends here, but ${headSeq} acts were recorded` },
  };
}

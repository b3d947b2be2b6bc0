import { type Sql, statement, type Transaction } from '../platform/index.ts';

const lockMember = statement(
  'cli.lock_member',
  `select pg_advisory_xact_lock(hashtextextended('cli_init:' || $1, $2))`,
);

/** One program at a time for a member: who sends twice waits, and then finds what was made. */
export async function lockInit(trx: Transaction, workspaceId: number, personNumber: number): Promise<void> {
  await trx.query(lockMember, [String(workspaceId), personNumber]);
}

const justMade = statement(
  'cli.just_made',
  `select p.id from programs p
   where p.workspace_id = $1 and p.name = $2 and p.domain = $3 and p.status <> 'archived' and p.created_at > $4
     and exists (select from audit_log a where a.workspace_id = p.workspace_id and a.program_id = p.id
       and a.act = 'program.create' and a.actor = $5)
   order by p.id desc limit 1`,
);

/** The program that this member made of this name and domain a moment ago. */
export async function findJustMade(
  sql: Sql,
  made: { workspaceId: number; name: string; domain: string; since: Date; actor: string },
): Promise<number | undefined> {
  const values = [made.workspaceId, made.name, made.domain, made.since, made.actor];
  const [row] = await sql.query<{ id: number }>(justMade, values);
  return row?.id;
}

export interface ProgramLine {
  id: number;
  name: string;
  domain: string;
  status: string;
  createdAt: Date;
  partners: number;
  currency: string;
  type: string | null;
  rateBps: number | null;
  fixedMinor: bigint | null;
  durationMonths: number | null;
}

const list = statement(
  'cli.list_programs',
  `select p.id, p.name, p.domain, p.status, p.created_at as "createdAt", p.currency, o.type, o.rate_bps as "rateBps",
     o.fixed_minor as "fixedMinor", o.duration_months as "durationMonths",
     (select count(*) from enrollments e where e.workspace_id = p.workspace_id and e.program_id = p.id
       and e.status = 'approved')::integer as partners
   from programs p left join lateral (
     select type, rate_bps, fixed_minor, duration_months from policies o
     where o.workspace_id = p.workspace_id and o.group_id = p.default_group_id and o.product_id is null
       and o.effective_from <= $2
     order by o.effective_from desc, o.version desc limit 1
   ) o on true
   where p.workspace_id = $1 and p.status <> 'archived' order by p.id desc limit 1000`,
);

export function listProgramLines(sql: Sql, workspaceId: number, now: Date): Promise<ProgramLine[]> {
  return sql.query(list, [workspaceId, now]);
}

const counts = statement(
  'cli.program_counts',
  `select
     (select count(*) from enrollments where workspace_id = $1 and program_id = $2 and status = 'approved')::integer
       as "activePartners",
     (select count(*) from commissions c join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id
       where c.workspace_id = $1 and c.program_id = $2 and c.superseded_at is null and s.status = 'pending')::integer
       as "pendingCommissions"`,
);

export async function countProgram(
  sql: Sql,
  workspaceId: number,
  programId: number,
): Promise<{ activePartners: number; pendingCommissions: number }> {
  const [row] = await sql.query(counts, [workspaceId, programId]);
  return row as { activePartners: number; pendingCommissions: number };
}

const slugOf = statement('cli.slug', 'select slug from programs where workspace_id = $1 and id = $2');

export async function getSlug(sql: Sql, workspaceId: number, programId: number): Promise<string> {
  const [row] = await sql.query<{ slug: string }>(slugOf, [workspaceId, programId]);
  return row?.slug ?? '';
}

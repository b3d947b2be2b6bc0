import { randomBytes } from 'node:crypto';
import { invariant, type Sql, statement, type Transaction } from '../platform/index.ts';

// How a program meets its partners: its settings, and who asks to join.

export interface Settings {
  workspaceId: number;
  programId: number;
  joinSlug: string;
  applications: 'closed' | 'manual' | 'automatic';
  linksPerPartner: number;
  welcome: string | null;
}

// Without a row the settings are those of a program that nobody touched: its page would be at its slug, if that is free.
const settingsColumns = `g.workspace_id as "workspaceId", g.id as "programId",
  case when s.join_slug is not null then s.join_slug
    when exists (select from portal_settings o where o.join_slug = g.slug) then g.slug || '-' || g.id
    else g.slug end as "joinSlug",
  coalesce(s.applications, 'closed') as applications, coalesce(s.links_per_partner, 20) as "linksPerPartner", s.welcome`;

const find = statement(
  'portal.find_settings',
  `select ${settingsColumns} from programs g
   left join portal_settings s on s.workspace_id = g.workspace_id and s.program_id = g.id
   where g.workspace_id = $1 and g.id = $2`,
);

export async function findSettings(
  sql: Sql,
  program: { workspaceId: number; id: number },
): Promise<Settings> {
  const [row] = await sql.query<Settings>(find, [program.workspaceId, program.id]);
  return row as Settings;
}

const findBySlug = statement(
  'portal.find_settings_by_slug',
  `select ${settingsColumns} from portal_settings s
   join programs g on g.workspace_id = s.workspace_id and g.id = s.program_id
   where s.join_slug = $1 and g.status <> 'archived'`,
);

export async function findSettingsBySlug(sql: Sql, slug: string): Promise<Settings | undefined> {
  const [row] = await sql.query<Settings>(findBySlug, [slug]);
  return row;
}

const insertRow = statement(
  'portal.insert_settings',
  `insert into portal_settings (workspace_id, program_id, join_slug, applications, links_per_partner)
   values ($1, $2, $3, 'closed', 20) on conflict do nothing`,
);
const updateRow = statement(
  'portal.update_settings',
  `update portal_settings set applications = coalesce($3, applications),
     links_per_partner = coalesce($4, links_per_partner), welcome = case when $5::boolean then $6 else welcome end
   where workspace_id = $1 and program_id = $2 returning program_id`,
);

/**
 * Changes what is told and leaves the rest, the page's address above all: a new page is at the program's slug, or at one with
 * an end of its own where another program's page is there.
 */
export async function saveSettings(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  changes: { [Name in 'applications' | 'linksPerPartner' | 'welcome']: Settings[Name] | undefined },
): Promise<void> {
  const { workspaceId, id } = program;
  const { joinSlug } = await findSettings(trx, program);
  for (const slug of [joinSlug, `${joinSlug}-${id}`, `${joinSlug}-${randomBytes(4).toString('hex')}`])
    await trx.query(insertRow, [workspaceId, id, slug]);
  const { applications = null, linksPerPartner = null, welcome } = changes;
  const values = [workspaceId, id, applications, linksPerPartner, welcome !== undefined, welcome ?? null];
  const saved = await trx.query(updateRow, values);
  invariant(saved.length === 1, 'one of the addresses was free');
}

export interface ApplicationRow {
  workspaceId: number;
  programId: number;
  id: bigint;
  name: string;
  emailMasked: string;
  emailSealed: Buffer | null;
  website: string | null;
  message: string | null;
  createdAt: Date;
  decision: 'approved' | 'rejected' | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  partnerId: number | null;
}

const columns = `a.workspace_id as "workspaceId", a.program_id as "programId", a.id, a.name, a.email_masked as "emailMasked",
  a.email_sealed as "emailSealed", a.website, a.message, a.created_at as "createdAt", a.decision,
  a.decided_by as "decidedBy", a.decided_at as "decidedAt", a.reason, a.partner_id as "partnerId"`;

const insert = statement(
  'portal.insert_application',
  `insert into partner_applications
     (workspace_id, program_id, name, email_hash, email_masked, email_sealed, website, message, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (workspace_id, program_id, email_hash) where decision is null do nothing returning id`,
);

/** Undefined: an application of this address is open already. */
export async function insertApplication(
  trx: Transaction,
  application: {
    workspaceId: number;
    programId: number;
    name: string;
    emailHash: Buffer;
    emailMasked: string;
    emailSealed: Buffer;
    website: string | null;
    message: string | null;
    at: Date;
  },
): Promise<bigint | undefined> {
  const { workspaceId, programId, name, emailHash, emailMasked, emailSealed } = application;
  const { website, message, at } = application;
  const values = [workspaceId, programId, name, emailHash, emailMasked, emailSealed, website, message, at];
  const [row] = await trx.query<{ id: bigint }>(insert, values);
  return row?.id;
}

const openOnes = statement(
  'portal.count_open_applications',
  `select count(*)::integer as open from (
     select from partner_applications where workspace_id = $1 and program_id = $2 and decision is null limit $3) as first_ones`,
);

/** How many are open, as far as `limit`. */
export async function countOpen(
  sql: Sql,
  program: { workspaceId: number; programId: number },
  limit: number,
): Promise<number> {
  const values = [program.workspaceId, program.programId, limit];
  const [row] = await sql.query<{ open: number }>(openOnes, values);
  return row?.open ?? 0;
}

const list = statement(
  'portal.list_applications',
  `select ${columns} from partner_applications a
   where a.workspace_id = $1 and a.program_id = $2 and ($3::bigint is null or a.id < $3)
     and ($4::text is null or coalesce(a.decision, 'open') = $4)
   order by a.id desc limit $5`,
);

export function listApplicationRows(
  sql: Sql,
  program: { workspaceId: number; id: number },
  asked: { beforeId: string | null; state: string | null; limit: number },
): Promise<ApplicationRow[]> {
  const values = [program.workspaceId, program.id, asked.beforeId, asked.state, asked.limit];
  return sql.query(list, values);
}

// With what is asked of the program, so that nobody who holds a connection waits for another one.
const lock = statement(
  'portal.lock_application',
  `select ${columns}, g.name as program, g.status = 'archived' as "isArchived" from partner_applications a
   join programs g on g.workspace_id = a.workspace_id and g.id = a.program_id
   where a.workspace_id = $1 and a.id = $2 for update of a`,
);

export async function lockApplication(
  trx: Transaction,
  workspaceId: number,
  id: number,
): Promise<(ApplicationRow & { program: string; isArchived: boolean }) | undefined> {
  const [row] = await trx.query<ApplicationRow & { program: string; isArchived: boolean }>(lock, [
    workspaceId,
    id,
  ]);
  return row;
}

// Nobody is written to about it any more: who became a partner is known by their account.
const decide = statement(
  'portal.decide_application',
  `update partner_applications a
   set decision = $3, decided_by = $4, decided_at = $5, reason = $6, partner_id = $7, email_sealed = null
   where a.workspace_id = $1 and a.id = $2 returning ${columns}`,
);

export async function decideApplication(
  trx: Transaction,
  key: { workspaceId: number; id: bigint },
  decision: {
    decision: 'approved' | 'rejected';
    by: string;
    at: Date;
    reason: string | null;
    partnerId: number | null;
  },
): Promise<ApplicationRow> {
  const { by, at, reason, partnerId } = decision;
  const values = [key.workspaceId, key.id, decision.decision, by, at, reason, partnerId];
  const [row] = await trx.query<ApplicationRow>(decide, values);
  return row as ApplicationRow;
}

const enrolledByEmail = statement(
  'portal.find_enrolled_by_email',
  `select e.status from partners p join enrollments e on e.workspace_id = p.workspace_id and e.partner_id = p.id
   where p.workspace_id = $1 and e.program_id = $2 and p.email_hash = $3 order by p.id limit 1`,
);

/** How the partner with an address stands in a program; undefined: they are none. */
export async function findStandingByEmail(
  sql: Sql,
  program: { workspaceId: number; programId: number },
  emailHash: Buffer,
): Promise<string | undefined> {
  const values = [program.workspaceId, program.programId, emailHash];
  const [row] = await sql.query<{ status: string }>(enrolledByEmail, values);
  return row?.status;
}

const partnerOf = statement(
  'portal.lock_partner_of_program',
  `select p.id, p.name, p.email_hash as "emailHash", e.status from partners p
   join enrollments e on e.workspace_id = p.workspace_id and e.partner_id = p.id
   where p.workspace_id = $1 and e.program_id = $2 and p.id = $3 for no key update of p`,
);

export async function lockPartnerOfProgram(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  partnerId: number,
): Promise<{ id: number; name: string; emailHash: Buffer | null; status: string } | undefined> {
  const [row] = await trx.query<{ id: number; name: string; emailHash: Buffer | null; status: string }>(
    partnerOf,
    [program.workspaceId, program.id, partnerId],
  );
  return row;
}

const byEmail = statement(
  'portal.find_partner_by_email',
  'select id from partners where workspace_id = $1 and email_hash = $2 limit 1',
);
const learnEmail = statement(
  'portal.learn_email',
  `update partners set email_hash = $3, email_masked = $4 where workspace_id = $1 and id = $2 and email_hash is null`,
);

/** False: another partner of the workspace has the address. */
export async function learnPartnerEmail(
  trx: Transaction,
  workspaceId: number,
  partnerId: number,
  email: { hash: Buffer; masked: string },
): Promise<boolean> {
  const others = await trx.query<{ id: number }>(byEmail, [workspaceId, email.hash]);
  if (others.length > 0) return false;
  await trx.query(learnEmail, [workspaceId, partnerId, email.hash, email.masked]);
  return true;
}

const forget = statement(
  'portal.forget_applicants',
  `update partner_applications
   set name = erased_name($2, name), email_hash = erased_hash($2, email_hash), email_masked = 'erased', email_sealed = null,
     website = null, message = null, reason = null
   where workspace_id = $1 and email_hash = any($3::bytea[])`,
);

export async function forgetRows(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  emails: readonly Buffer[],
): Promise<void> {
  await trx.query(forget, [workspaceId, salt, emails]);
}

const partnersByEmail = statement(
  'portal.find_partners_by_email',
  'select id from partners where workspace_id = $1 and email_hash = any($2::bytea[])',
);

export async function findPartnersByEmail(
  sql: Sql,
  workspaceId: number,
  emails: readonly Buffer[],
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(partnersByEmail, [workspaceId, emails]);
  return rows.map(({ id }) => id);
}

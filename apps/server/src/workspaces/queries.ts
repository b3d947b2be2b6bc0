import type { Role } from '@headwater/contract';
import type { Currency } from '../money/index.ts';
import { type Principal, type Sql, statement } from '../platform/index.ts';
import type { LinkTarget, Program, Website } from './program.ts';

const programColumns = `
  p.workspace_id, p.id, p.name, p.domain, p.currency, p.status, p.attribution_model, p.cookie_window_days,
  p.attribution_window_days, p.lead_auth, p.organic_payments, p.fee_bps, p.fee_free_revenue_minor,
  p.allowed_origins, w.id as website_id`;

const programJoin = `
  programs p left join websites w on w.workspace_id = p.workspace_id and w.program_id = p.id`;

interface ProgramRow {
  workspace_id: number;
  id: number;
  name: string;
  domain: string;
  currency: Currency;
  status: Program['status'];
  attribution_model: Program['attributionModel'];
  cookie_window_days: number;
  attribution_window_days: number;
  lead_auth: Program['leadAuth'];
  organic_payments: Program['organicPayments'];
  fee_bps: number | null;
  fee_free_revenue_minor: bigint | null;
  allowed_origins: string[];
  website_id: string | null;
}

function toProgram(row: ProgramRow): Program {
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    name: row.name,
    domain: row.domain,
    currency: row.currency,
    status: row.status,
    attributionModel: row.attribution_model,
    cookieWindowDays: row.cookie_window_days,
    attributionWindowDays: row.attribution_window_days,
    leadAuth: row.lead_auth,
    organicPayments: row.organic_payments,
    feeBps: row.fee_bps,
    feeFreeRevenueMinor: row.fee_free_revenue_minor,
    allowedOrigins: row.allowed_origins,
    websiteId: row.website_id,
  };
}

const findProgramById = statement(
  'workspaces.find_program',
  `select ${programColumns} from ${programJoin} where p.id = $1`,
);

export async function findProgram(sql: Sql, programId: number): Promise<Program | undefined> {
  if (programId > 2_147_483_647) return undefined;
  const [row] = await sql.query<ProgramRow>(findProgramById, [programId]);
  return row === undefined ? undefined : toProgram(row);
}

const findWebsiteById = statement(
  'workspaces.find_website',
  `select workspace_id, id, domain, currency, timezone, allowed_origins, program_id from websites where id = $1`,
);

interface WebsiteRow {
  workspace_id: number;
  id: string;
  domain: string;
  currency: Currency;
  timezone: string;
  allowed_origins: string[];
  program_id: number | null;
}

export async function findWebsite(sql: Sql, websiteId: string): Promise<Website | undefined> {
  const [row] = await sql.query<WebsiteRow>(findWebsiteById, [websiteId]);
  if (row === undefined) return undefined;
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    domain: row.domain,
    currency: row.currency,
    timezone: row.timezone,
    allowedOrigins: row.allowed_origins,
    programId: row.program_id,
  };
}

const findLinkByCode = statement(
  'workspaces.find_link_target',
  `select l.id as link_id, l.code, l.status as link_status, l.partner_id, e.status as enrollment_status,
     exists (
       select from policies pol
       where pol.workspace_id = e.workspace_id and pol.group_id = e.group_id and pol.type = 'cpc'
     ) as may_pay_clicks,
     ${programColumns}
   from links l
   left join enrollments e
     on e.workspace_id = l.workspace_id and e.program_id = l.program_id and e.partner_id = l.partner_id
   left join (${programJoin}) on p.workspace_id = l.workspace_id and p.id = l.program_id
   where l.code_key = lower($1)`,
);

interface LinkRow extends ProgramRow {
  link_id: number;
  code: string;
  link_status: 'active' | 'inactive';
  partner_id: number;
  enrollment_status: LinkTarget['enrollmentStatus'];
  may_pay_clicks: boolean;
}

export async function findLinkTarget(sql: Sql, code: string): Promise<LinkTarget | undefined> {
  const [row] = await sql.query<LinkRow>(findLinkByCode, [code]);
  if (row === undefined) return undefined;
  return {
    linkId: row.link_id,
    code: row.code,
    active: row.link_status === 'active',
    partnerId: row.partner_id,
    program: row.id === null || row.status === 'archived' ? null : toProgram(row),
    enrollmentStatus: row.enrollment_status,
    mayPayClicks: row.may_pay_clicks,
  };
}

const findByTokenHash = statement(
  'workspaces.find_principal',
  `select 'tracking' as source, kind, workspace_id, program_id, website_id,
     null::integer as key_id, null::text[] as scopes, null::integer[] as program_scope, null::timestamptz as expires_at,
     null::integer as login_id, null as email, null as role
   from tracking_tokens where token_hash = $1
   union all
   select 'management', 'management', workspace_id, null, null, id, scopes, program_scope, expires_at, null, null, null
   from management_keys
   where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
   union all
   select 'login', 'login', t.workspace_id, null, null, p.number, null, null, t.expires_at, t.id, p.email, m.role
   from login_tokens t
   join members m on m.workspace_id = t.workspace_id and m.person_id = t.person_id
   join people p on p.id = t.person_id
   where t.token_hash = $1 and t.expires_at > now()`,
);

interface TokenRow {
  kind: 'program' | 'website' | 'management' | 'login';
  workspace_id: number;
  program_id: number | null;
  website_id: string | null;
  key_id: number | null;
  scopes: string[] | null;
  program_scope: number[] | null;
  expires_at: Date | null;
  /** Of a login: its own number, and the member. */
  login_id: number | null;
  email: string | null;
  role: Role | null;
}

export async function findPrincipal(
  sql: Sql,
  tokenHash: Buffer,
): Promise<{ principal: Principal; expiresAt: Date | null } | undefined> {
  const [row] = await sql.query<TokenRow>(findByTokenHash, [tokenHash]);
  if (row === undefined) return undefined;
  const workspaceId = row.workspace_id;
  const expiresAt = row.expires_at;
  if (row.kind === 'program') {
    return { principal: { kind: 'program', workspaceId, programId: row.program_id as number }, expiresAt };
  }
  if (row.kind === 'website') {
    return { principal: { kind: 'website', workspaceId, websiteId: row.website_id as string }, expiresAt };
  }
  if (row.kind === 'login') {
    const login = {
      loginId: row.login_id as number,
      personNumber: row.key_id as number,
      email: row.email as string,
      role: row.role as Role,
    };
    return { principal: { kind: 'login', workspaceId, ...login }, expiresAt };
  }
  return {
    principal: {
      kind: 'management',
      workspaceId,
      holder: { kind: 'key', id: row.key_id as number },
      scopes: row.scopes ?? [],
      programScope: row.program_scope,
    },
    expiresAt,
  };
}

const enrolledPartners = statement(
  'workspaces.enrolled_partners',
  `select partner_id from enrollments
   where workspace_id = $1 and program_id = $2 and partner_id = any($3::integer[]) and status = 'approved'`,
);

/** Which of these partners are enrolled (approved) in the program now. */
export async function findEnrolledPartners(
  sql: Sql,
  program: { workspaceId: number; id: number },
  partnerIds: readonly number[],
): Promise<Set<number>> {
  if (partnerIds.length === 0) return new Set();
  const rows = await sql.query<{ partner_id: number }>(enrolledPartners, [
    program.workspaceId,
    program.id,
    [...new Set(partnerIds)],
  ]);
  return new Set(rows.map((row) => row.partner_id));
}

/** A partner of a program as files name one: by a link's code, or by email. */
export interface NamedPartner {
  partnerId: number;
  status: 'approved' | 'pending' | 'rejected' | 'removed';
  /** Of the code. */
  linkId: number | null;
}

const partnerByCode = statement(
  'workspaces.partner_by_code',
  `select e.partner_id as "partnerId", e.status, l.id as "linkId"
   from links l join enrollments e
     on e.workspace_id = l.workspace_id and e.program_id = l.program_id and e.partner_id = l.partner_id
   where l.workspace_id = $1 and l.program_id = $2 and l.code_key = lower($3)`,
);
const partnerByEmail = statement(
  'workspaces.partner_by_email',
  `select e.partner_id as "partnerId", e.status, null as "linkId"
   from partners p join enrollments e on e.workspace_id = p.workspace_id and e.partner_id = p.id
   where p.workspace_id = $1 and e.program_id = $2 and p.email_hash = $3 order by p.id limit 1`,
);

export async function findNamedPartner(
  sql: Sql,
  program: { workspaceId: number; id: number },
  named: { code: string } | { emailHash: Buffer },
): Promise<NamedPartner | undefined> {
  const [statementOf, value] =
    'code' in named ? [partnerByCode, named.code] : [partnerByEmail, named.emailHash];
  const [row] = await sql.query<NamedPartner>(statementOf, [program.workspaceId, program.id, value]);
  return row;
}

const partnerNames = statement(
  'workspaces.partner_names',
  'select id, name from partners where workspace_id = $1 and id = any($2::integer[])',
);

export async function listPartnerNames(
  sql: Sql,
  workspaceId: number,
  partnerIds: readonly number[],
): Promise<Map<number, string>> {
  if (partnerIds.length === 0) return new Map();
  const rows = await sql.query<{ id: number; name: string }>(partnerNames, [workspaceId, partnerIds]);
  return new Map(rows.map((row) => [row.id, row.name]));
}

const setStatus = statement(
  'workspaces.set_program_status',
  'update programs set status = $4 where workspace_id = $1 and id = $2 and status = $3 returning id',
);

/** False: the program is in another state than `from`. */
export async function changeProgramStatus(
  sql: Sql,
  workspaceId: number,
  programId: number,
  change: { from: Program['status']; to: Program['status'] },
): Promise<boolean> {
  const rows = await sql.query(setStatus, [workspaceId, programId, change.from, change.to]);
  return rows.length > 0;
}

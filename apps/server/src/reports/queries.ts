import { type Sql, statement } from '../platform/index.ts';

export interface Count {
  workspaceId: number;
  what: 'clicks' | 'payments' | 'revenue' | 'refunded' | 'repeated events';
  currency: string;
  amount: bigint;
}

const count = statement(
  'reports.count_in_postgres',
  `select workspace_id as "workspaceId", 'clicks' as what, '' as currency, count(*)::bigint as amount
   from clicks where not is_test and clicked_at >= $1 and clicked_at < $2 group by workspace_id
   union all
   select workspace_id, 'payments', '', count(*)::bigint
   from payments where not is_test and occurred_at >= $1 and occurred_at < $2 group by workspace_id
   union all
   select workspace_id, 'revenue', currency, sum(amount_minor)::bigint
   from payments where not is_test and occurred_at >= $1 and occurred_at < $2 group by workspace_id, currency
   union all
   select workspace_id, 'refunded', currency, sum(amount_minor)::bigint
   from refunds where not is_test and undone_at is null and occurred_at >= $1 and occurred_at < $2 group by workspace_id, currency`,
);

/** What PostgreSQL holds of a period, by workspace. */
export function countInPostgres(sql: Sql, from: Date, before: Date): Promise<Count[]> {
  return sql.query(count, [from, before]);
}

type Of = { workspaceId: number; of: { websiteId: string } | { programId: number } };

const ownValues = ({ workspaceId, of }: Of): unknown[] => [
  workspaceId,
  'programId' in of ? of.programId : null,
  'websiteId' in of ? of.websiteId : null,
];

const groupsOfPartners = statement(
  'reports.groups_of_partners',
  `select e.partner_id as "partnerId", e.group_id::text as "groupId" from enrollments e
   where e.workspace_id = $1 and e.program_id = coalesce($2, (
     select w.program_id from websites w where w.workspace_id = $1 and w.id = $3))`,
);

/** The group of each partner of a program, or of the program that a website is bound to. */
export async function listGroupsOfPartners(sql: Sql, owner: Of): Promise<Map<number, string>> {
  const rows = await sql.query<{ partnerId: number; groupId: string }>(groupsOfPartners, ownValues(owner));
  return new Map(rows.map(({ partnerId, groupId }) => [partnerId, groupId]));
}

const groupNames = statement(
  'reports.group_names',
  'select id, name from partner_groups where workspace_id = $1 and id = any($2::integer[])',
);

export async function listGroupNames(
  sql: Sql,
  workspaceId: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await sql.query<{ id: number; name: string }>(groupNames, [workspaceId, ids]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const linkCodes = statement(
  'reports.link_codes',
  'select id, code from links where workspace_id = $1 and id = any($2::integer[])',
);

export async function listLinkCodes(
  sql: Sql,
  workspaceId: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await sql.query<{ id: number; code: string }>(linkCodes, [workspaceId, ids]);
  return new Map(rows.map(({ id, code }) => [id, code]));
}

export interface Segment {
  id: number;
  name: string;
  programId: number | null;
  websiteId: string | null;
  filters: unknown;
  createdAt: Date;
}

const segmentColumns = `id, name, program_id as "programId", website_id as "websiteId", filters, created_at as "createdAt"`;
const isOwn =
  'workspace_id = $1 and program_id is not distinct from $2 and website_id is not distinct from $3';

const segmentByName = statement(
  'reports.segment_by_name',
  `select ${segmentColumns} from report_segments where ${isOwn} and lower(name) = lower($4)`,
);

export async function findSegmentByName(sql: Sql, owner: Of, name: string): Promise<Segment | undefined> {
  const [segment] = await sql.query<Segment>(segmentByName, [...ownValues(owner), name]);
  return segment;
}

const segmentById = statement(
  'reports.segment_by_id',
  `select ${segmentColumns} from report_segments where workspace_id = $1 and id = $2`,
);

export async function findSegment(sql: Sql, workspaceId: number, id: number): Promise<Segment | undefined> {
  const [segment] = await sql.query<Segment>(segmentById, [workspaceId, id]);
  return segment;
}

const segments = statement(
  'reports.segments',
  `select ${segmentColumns} from report_segments where ${isOwn} order by lower(name) limit 1000`,
);

export function listSegments(sql: Sql, owner: Of): Promise<Segment[]> {
  return sql.query(segments, ownValues(owner));
}

const insertSegmentRow = statement(
  'reports.insert_segment',
  `insert into report_segments (workspace_id, program_id, website_id, name, filters, created_at)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning ${segmentColumns}`,
);

/** Undefined when there is one of that name. */
export async function insertSegment(
  sql: Sql,
  owner: Of,
  segment: { name: string; filters: unknown; now: Date },
): Promise<Segment | undefined> {
  const { name, filters, now } = segment;
  const values = [...ownValues(owner), name, JSON.stringify(filters), now];
  const [row] = await sql.query<Segment>(insertSegmentRow, values);
  return row;
}

const deleteSegmentRow = statement(
  'reports.delete_segment',
  'delete from report_segments where workspace_id = $1 and id = $2',
);

export async function deleteSegment(sql: Sql, workspaceId: number, id: number): Promise<void> {
  await sql.query(deleteSegmentRow, [workspaceId, id]);
}

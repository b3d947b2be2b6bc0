import {
  type ArrayItem,
  arrayLiteral,
  dayMs,
  parseClickId,
  type Sql,
  statement,
  type Transaction,
} from '../platform/index.ts';
import type { Arrival, NewClick, NewVisit } from './arrival.ts';
import type { TouchContext } from './context.ts';

/** Puts a value among a statement's parameters and answers with its placeholder. */
type Bind = (value: unknown) => string;

/**
 * Stores a batch by one statement, hence in one transaction and one round trip. It is put together from the parts that
 * have something to do: an idle part opens its tables and indexes all the same, which costs as much as twenty rows.
 */
export async function insertArrivals(sql: Sql, arrivals: readonly Arrival[]): Promise<void> {
  const clicks: NewClick[] = [];
  const visits = new Map<string, NewVisit>();
  const lines: string[] = [];
  for (const { click, visit, lines: own } of arrivals) {
    if (click !== null) clicks.push(click);
    if (visit !== null) {
      const key = `${visit.websiteId}\u0000${visit.visitorId}\u0000${visit.sessionId}`;
      if (!visits.has(key)) visits.set(key, visit);
    }
    for (const line of own) lines.push(line);
  }
  const deltas = countByLink(clicks);
  // In one order everywhere, so that two batches with the same sessions cannot wait for each other.
  const opening = [...visits].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, visit]) => visit);
  const returning = clicks.some((click) => click.existingClickId !== null);

  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const parts = [
    ...(clicks.length > 0 ? [clicksPart(clicks, returning, bind)] : []),
    ...(deltas.length > 0 ? [deltasPart(deltas, bind)] : []),
    ...(opening.length > 0 ? [visitsPart(opening, bind)] : []),
  ];
  const text = `${parts.length > 0 ? `with ${parts.join(', ')}` : ''} ${linesPart(lines, opening.length > 0, bind)}`;
  const shape = [clicks.length > 0, returning, deltas.length > 0, opening.length > 0, lines.length > 0];
  await sql.query(statement(`touches.insert_arrivals.${shape.map(Number).join('')}`, text), values);
}

/** Texts that hold JSON travel as lines of one parameter: they have no raw line breaks, and need no escaping then. */
const linesOf = (texts: readonly string[], bind: Bind) =>
  `string_to_array(${bind(texts.join('\n'))}, E'\\n')`;

function clicksPart(clicks: readonly NewClick[], returning: boolean, bind: Bind): string {
  const column = (type: string, read: (click: NewClick) => ArrayItem) =>
    `${bind(arrayLiteral(clicks.map(read)))}::${type}[]`;
  const visitor = returning
    ? `case when c.existing is null then c.visitor
         else coalesce(
           (select k.visitor from clicks k
            where k.workspace_id = c.workspace_id and k.click_id = c.existing
              and k.clicked_at >= c.existing_day and k.clicked_at < c.existing_day + interval '1 day'
              and ${withinDays(clicks, bind)}),
           c.visitor)
       end`
    : 'c.visitor';
  return `new_clicks as (
     insert into clicks
       (workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, web_visitor, web_session,
        is_test, context)
     select c.workspace_id, c.program_id, c.click_id, c.clicked_at, c.link_id, c.partner_id, ${visitor},
       c.web_visitor, c.web_session, c.is_test, c.context::json
     from unnest(
       ${column('integer', (click) => click.workspaceId)}, ${column('integer', (click) => click.programId)},
       ${column('text', (click) => click.clickId)},
       ${column('timestamptz', (click) => click.clickedAt.toISOString())},
       ${column('integer', (click) => click.linkId)}, ${column('integer', (click) => click.partnerId)},
       ${column('text', (click) => click.visitor)}, ${column('text', (click) => click.webVisitor)},
       ${column('text', (click) => click.webSession)}, ${column('boolean', (click) => click.isTest)},
       ${linesOf(
         clicks.map((click) => click.context),
         bind,
       )}${
         returning
           ? `, ${column('text', (click) => click.existingClickId)},
       ${column('timestamptz', (click) => click.existingDay?.toISOString() ?? null)}`
           : ''
       })
       as c(workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, web_visitor, web_session,
         is_test, context${returning ? ', existing, existing_day' : ''})
   )`;
}

/** The same bounds for all rows, as parameters: only the partitions between them are opened at all. */
function withinDays(clicks: readonly NewClick[], bind: Bind): string {
  const days = clicks.flatMap(({ existingDay }) => (existingDay === null ? [] : [existingDay.getTime()]));
  const first = new Date(Math.min(...days)).toISOString();
  const end = new Date(Math.max(...days) + dayMs).toISOString();
  return `k.clicked_at >= ${bind(first)}::timestamptz and k.clicked_at < ${bind(end)}::timestamptz`;
}

function deltasPart(deltas: readonly LinkDelta[], bind: Bind): string {
  const column = (type: string, read: (delta: LinkDelta) => ArrayItem) =>
    `${bind(arrayLiteral(deltas.map(read)))}::${type}[]`;
  return `new_deltas as (
     insert into link_click_deltas (workspace_id, program_id, link_id, clicks, last_clicked_at)
     select d.* from unnest(
       ${column('integer', (delta) => delta.workspaceId)}, ${column('integer', (delta) => delta.programId)},
       ${column('integer', (delta) => delta.linkId)}, ${column('integer', (delta) => delta.clicks)},
       ${column('timestamptz', (delta) => delta.lastClickedAt.toISOString())}) as d
   )`;
}

function visitsPart(visits: readonly NewVisit[], bind: Bind): string {
  const column = (type: string, read: (visit: NewVisit) => ArrayItem) =>
    `${bind(arrayLiteral(visits.map(read)))}::${type}[]`;
  return `asked_visits as (
     select v.* from unnest(
       ${column('integer', (visit) => visit.workspaceId)}, ${column('text', (visit) => visit.websiteId)},
       ${column('text', (visit) => visit.visitorId)}, ${column('text', (visit) => visit.sessionId)},
       ${column('timestamptz', (visit) => visit.startedAt.toISOString())},
       ${linesOf(
         visits.map((visit) => visit.context),
         bind,
       )},
       ${linesOf(
         visits.map((visit) => visit.line),
         bind,
       )})
       as v(workspace_id, website_id, visitor_id, session_id, started_at, context, line)
   ), opened as (
     insert into visits (workspace_id, website_id, visitor_id, session_id, started_at, last_event_at, context)
     select workspace_id, website_id, visitor_id, session_id, started_at, started_at, context::json from asked_visits
     on conflict do nothing
     returning workspace_id, website_id, visitor_id, session_id
   ), opened_lines as (
     select count(*)::integer as events, string_agg(${visitLine}, E'\\n') as lines
     from opened o join asked_visits v using (workspace_id, website_id, visitor_id, session_id)
   )`;
}

/** A visitor who had a visit before this statement returns. The snapshot holds none of the visits that it opens. */
const visitLine = `case when exists (
         select from visits earlier
         where (earlier.workspace_id, earlier.website_id, earlier.visitor_id) = (o.workspace_id, o.website_id, o.visitor_id)
       ) then left(v.line, -1) || ',"is_returning":1}' else v.line end`;

/** The batch's row of the event log: the lines, and those of the visits that were really opened. */
function linesPart(lines: readonly string[], hasVisits: boolean, bind: Bind): string {
  if (lines.length === 0 && !hasVisits) return 'select';
  const own = `${bind(lines.length)}::integer`;
  const payload = `${bind(lines.join('\n'))}::text`;
  if (!hasVisits) return `insert into event_batches (events, payload) values (${own}, ${payload})`;
  return `insert into event_batches (events, payload)
   select ${own} + o.events, concat_ws(E'\\n', o.lines, nullif(${payload}, ''))
   from opened_lines o where ${own} + o.events > 0`;
}

interface LinkDelta {
  workspaceId: number;
  programId: number;
  linkId: number;
  clicks: number;
  lastClickedAt: Date;
}

function countByLink(clicks: readonly NewClick[]): LinkDelta[] {
  const deltas = new Map<number, LinkDelta>();
  for (const { linkId, isTest, workspaceId, programId, clickedAt } of clicks) {
    if (linkId === null || isTest) continue;
    const delta = deltas.get(linkId);
    if (delta === undefined) {
      deltas.set(linkId, { workspaceId, programId, linkId, clicks: 1, lastClickedAt: clickedAt });
    } else {
      delta.clicks += 1;
      if (clickedAt > delta.lastClickedAt) delta.lastClickedAt = clickedAt;
    }
  }
  return [...deltas.values()];
}

/** A stored click, as other rooms need it. Test clicks are never found. */
export interface KnownClick {
  workspaceId: number;
  programId: number;
  clickId: string;
  clickedAt: Date;
  partnerId: number;
  linkId: number;
  visitor: string;
  webVisitor: string | null;
  webSession: string | null;
  context: TouchContext;
}

const clickColumns = `
  workspace_id as "workspaceId", program_id as "programId", click_id as "clickId", clicked_at as "clickedAt",
  partner_id as "partnerId", link_id as "linkId", visitor, web_visitor as "webVisitor",
  web_session as "webSession", context`;

const findByIds = statement(
  'touches.find_clicks',
  `select ${clickColumns} from clicks
   where workspace_id = $1 and click_id = any($2::text[]) and clicked_at >= $3 and clicked_at < $4 and not is_test`,
);

/** The clicks of a workspace among these ids, in no order; texts that are no click ids are passed over. */
export async function findClicks(
  sql: Sql,
  workspaceId: number,
  clickIds: readonly string[],
): Promise<KnownClick[]> {
  const days = clickIds
    .map((clickId) => parseClickId(clickId)?.day.getTime())
    .filter((day) => day !== undefined);
  if (days.length === 0) return [];
  // The ids name their days: only the partitions between the first and the last are read.
  return sql.query<KnownClick>(findByIds, [
    workspaceId,
    clickIds,
    new Date(Math.min(...days)),
    new Date(Math.max(...days) + dayMs),
  ]);
}

/** How many candidates a decision looks at and keeps as evidence: the newest ones. */
const maxCandidates = 200;

// Each branch takes the newest rows of its own index; together they are the touches of the customer's browsers.
// `+ 0`: by the browser's index, never by the program's, which looks as good to a plan that was made for an empty table.
const listOfVisitors = statement(
  'touches.list_clicks_of_visitors',
  `select ${clickColumns},
     exists (
       select from enrollments e
       where e.workspace_id = found.workspace_id and e.program_id = found.program_id
         and e.partner_id = found.partner_id and e.status = 'approved'
     ) as "partnerEnrolled"
   from (
     (select * from clicks
      where workspace_id = $1 and visitor = any($3::text[]) and program_id + 0 = $2 and not is_test
      order by clicked_at desc limit ${maxCandidates})
     union all
     (select * from clicks
      where workspace_id = $1 and web_visitor = any($4::text[]) and program_id + 0 = $2 and not is_test
        and visitor <> all($3::text[])
      order by clicked_at desc limit ${maxCandidates})
   ) found
   order by clicked_at desc, click_id desc limit ${maxCandidates}`,
);

/** The clicks in a program by these browsers, newest first, at most 200, each with whether its partner is enrolled now. */
export function listClicksOfVisitors(
  sql: Sql,
  question: {
    workspaceId: number;
    programId: number;
    visitors: readonly string[];
    webVisitors: readonly string[];
  },
): Promise<(KnownClick & { partnerEnrolled: boolean })[]> {
  const { workspaceId, programId, visitors, webVisitors } = question;
  return sql.query(listOfVisitors, [workspaceId, programId, visitors, webVisitors]);
}

const recentOfVisitor = statement(
  'touches.recent_clicks_of_visitor',
  `select click_id from clicks
   where workspace_id = $1 and visitor = $2 and partner_id = $3 and clicked_at > $4::timestamptz - interval '24 hours'
     and not is_test`,
);

export async function recentClickIds(
  trx: Transaction,
  question: { workspaceId: number; visitor: string; partnerId: number; at: Date },
): Promise<string[]> {
  const { workspaceId, visitor, partnerId, at } = question;
  const rows = await trx.query<{ click_id: string }>(recentOfVisitor, [workspaceId, visitor, partnerId, at]);
  return rows.map((row) => row.click_id);
}

const lockVisitor = statement(
  'touches.lock_visitor',
  `select pg_advisory_xact_lock(hashtextextended($1 || ':' || $2 || ':' || $3, 0))`,
);

/** Two clicks of one browser on one partner's links wait for each other here. */
export async function lockVisitorAndPartner(
  trx: Transaction,
  workspaceId: number,
  visitor: string,
  partnerId: number,
): Promise<void> {
  await trx.query(lockVisitor, [String(workspaceId), visitor, String(partnerId)]);
}

const numberOfClick = statement(
  'touches.number_of_click',
  'select id from clicks where workspace_id = $1 and click_id = $2 and clicked_at = $3',
);

/** The integer that names a click among events. */
export async function getClickNumber(sql: Sql, click: NewClick): Promise<bigint> {
  const [row] = await sql.query<{ id: bigint }>(numberOfClick, [
    click.workspaceId,
    click.clickId,
    click.clickedAt,
  ]);
  return (row as { id: bigint }).id;
}

export interface KnownVisit {
  websiteId: string;
  visitorId: string;
  sessionId: string;
  startedAt: Date;
  context: TouchContext;
}

const visitColumns = `
  website_id as "websiteId", visitor_id as "visitorId", session_id as "sessionId", started_at as "startedAt", context`;

const findVisitByIds = statement(
  'touches.find_visit',
  `select ${visitColumns} from visits
   where workspace_id = $1 and website_id = $2 and visitor_id = $3 and session_id = $4`,
);

export async function findVisit(
  sql: Sql,
  visit: { workspaceId: number; websiteId: string; visitorId: string; sessionId: string },
): Promise<KnownVisit | undefined> {
  const { workspaceId, websiteId, visitorId, sessionId } = visit;
  const [row] = await sql.query<KnownVisit>(findVisitByIds, [workspaceId, websiteId, visitorId, sessionId]);
  return row;
}

const visitStarts = statement(
  'touches.visit_starts',
  `select v.visitor_id as "visitorId", v.session_id as "sessionId", v.started_at as "startedAt"
   from unnest($3::text[], $4::text[]) as asked(visitor_id, session_id)
   join visits v on v.workspace_id = $1 and v.website_id = $2
     and v.visitor_id = asked.visitor_id and v.session_id = asked.session_id`,
);

/** When those of these sessions began that are known, by visitor and session joined by U+0000. */
export async function findVisitStarts(
  sql: Sql,
  website: { workspaceId: number; id: string },
  sessions: readonly { visitorId: string; sessionId: string }[],
): Promise<Map<string, Date>> {
  const asked = new Map(sessions.map((one) => [`${one.visitorId}\u0000${one.sessionId}`, one]));
  const rows = await sql.query<{ visitorId: string; sessionId: string; startedAt: Date }>(visitStarts, [
    website.workspaceId,
    website.id,
    [...asked.values()].map(({ visitorId }) => visitorId),
    [...asked.values()].map(({ sessionId }) => sessionId),
  ]);
  return new Map(rows.map((row) => [`${row.visitorId}\u0000${row.sessionId}`, row.startedAt]));
}

// The last visit that came from somewhere; else the last at all: people come back by themselves to pay.
const lastVisitOf = statement(
  'touches.last_visit_of',
  `select ${visitColumns} from visits
   where workspace_id = $1 and website_id = $2 and visitor_id = any($3::text[]) and started_at <= $4
   order by (context->>'channel' is distinct from 'direct') desc, started_at desc limit 1`,
);

export async function findLastVisit(
  sql: Sql,
  question: { workspaceId: number; websiteId: string; visitorIds: readonly string[]; before: Date },
): Promise<KnownVisit | undefined> {
  const { workspaceId, websiteId, visitorIds, before } = question;
  const [row] = await sql.query<KnownVisit>(lastVisitOf, [workspaceId, websiteId, visitorIds, before]);
  return row;
}

const latestSession = statement(
  'touches.latest_session',
  `select session_id as "sessionId", last_event_at as "lastEventAt" from visits
   where workspace_id = $1 and website_id = $2 and visitor_id = $3 order by last_event_at desc limit 1`,
);

export async function findLatestSession(
  sql: Sql,
  visitor: { workspaceId: number; websiteId: string; visitorId: string },
): Promise<{ sessionId: string; lastEventAt: Date } | undefined> {
  const { workspaceId, websiteId, visitorId } = visitor;
  const [row] = await sql.query<{ sessionId: string; lastEventAt: Date }>(latestSession, [
    workspaceId,
    websiteId,
    visitorId,
  ]);
  return row;
}

const touchSession = statement(
  'touches.touch_session',
  `update visits set last_event_at = greatest(last_event_at, $5)
   where workspace_id = $1 and website_id = $2 and visitor_id = $3 and session_id = $4`,
);

export async function touchVisit(
  sql: Sql,
  visit: { workspaceId: number; websiteId: string; visitorId: string; sessionId: string; at: Date },
): Promise<void> {
  const { workspaceId, websiteId, visitorId, sessionId, at } = visit;
  await sql.query(touchSession, [workspaceId, websiteId, visitorId, sessionId, at]);
}

const makeSalt = statement(
  'touches.make_salt',
  `insert into daily_salts (day, salt) values ($1, $2) on conflict do nothing`,
);
const readSalt = statement('touches.read_salt', 'select salt from daily_salts where day = $1');
const destroySalts = statement('touches.destroy_salts', 'delete from daily_salts where day < $1');

/** The salt of a UTC day, the same for every process; salts of earlier days are destroyed with the first use. */
export async function getDailySalt(sql: Sql, day: string, fresh: Buffer): Promise<Buffer> {
  await sql.query(makeSalt, [day, fresh]);
  await sql.query(destroySalts, [day]);
  const [row] = await sql.query<{ salt: Buffer }>(readSalt, [day]);
  return (row as { salt: Buffer }).salt;
}

const partitions = 'select ensure_click_partitions($1::date, $2::date)';

export async function ensureClickPartitions(sql: Sql, firstDay: Date, lastDay: Date): Promise<void> {
  await sql.query(partitions, [firstDay.toISOString().slice(0, 10), lastDay.toISOString().slice(0, 10)]);
}

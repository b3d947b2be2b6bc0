import type { ChainStep, ChainVerdict, TestChain } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

interface Owner {
  workspaceId: number;
  id: number;
}

const leadPartner = statement(
  'readiness.lead_partner',
  `select partner_id as "partnerId" from leads
   where workspace_id = $1 and program_id = $2 and customer_key = $3 and not is_test
   order by id desc limit 1`,
);

/** To whom the sign-up of a customer was credited. */
export async function findLeadPartner(sql: Sql, program: Owner, customerKey: string): Promise<number | null> {
  const values = [program.workspaceId, program.id, customerKey];
  const [row] = await sql.query<{ partnerId: number | null }>(leadPartner, values);
  return row?.partnerId ?? null;
}

const lock = statement(
  'readiness.lock_runs',
  `select pg_advisory_xact_lock(hashtextextended('test_chains', $1))`,
);

/** Runs of a program's chain are counted one after another. */
export async function lockRuns(trx: Transaction, program: Owner): Promise<void> {
  await trx.query(lock, [program.id]);
}

const runsSince = statement(
  'readiness.runs_since',
  `select ran_at as "ranAt" from test_chains
   where workspace_id = $1 and program_id = $2 and ran_at > $3 order by ran_at desc limit 20`,
);

export async function listRunsSince(sql: Sql, program: Owner, since: Date): Promise<Date[]> {
  const rows = await sql.query<{ ranAt: Date }>(runsSince, [program.workspaceId, program.id, since]);
  return rows.map((row) => row.ranAt);
}

interface ChainRow {
  id: bigint;
  ran_at: Date;
  short_code: string;
  customer_key: string;
  click: ChainVerdict;
  lead: ChainVerdict;
  sale: ChainVerdict;
  payment_id: bigint | null;
  steps: ChainStep[];
}

const chainColumns = 'id, ran_at, short_code, customer_key, click, lead, sale, payment_id, steps';
const insert = statement(
  'readiness.insert_chain',
  `insert into test_chains
     (workspace_id, program_id, ran_at, short_code, customer_key, click, lead, sale, payment_id, steps)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${chainColumns}`,
);

export async function insertChain(
  trx: Transaction,
  program: Owner,
  chain: {
    at: Date;
    code: string;
    customerKey: string;
    verdict: { click: ChainVerdict; lead: ChainVerdict; sale: ChainVerdict };
    paymentId: bigint | null;
    steps: readonly ChainStep[];
  },
): Promise<TestChain> {
  const { click, lead, sale } = chain.verdict;
  const [row] = await trx.query<ChainRow>(insert, [
    program.workspaceId,
    program.id,
    chain.at,
    chain.code,
    chain.customerKey,
    click,
    lead,
    sale,
    chain.paymentId,
    JSON.stringify(chain.steps),
  ]);
  return toChain(row as ChainRow);
}

const latest = statement(
  'readiness.latest_chain',
  `select ${chainColumns} from test_chains where workspace_id = $1 and program_id = $2
   order by ran_at desc, id desc limit 1`,
);

export async function findLatestChain(sql: Sql, program: Owner): Promise<TestChain | null> {
  const [row] = await sql.query<ChainRow>(latest, [program.workspaceId, program.id]);
  return row === undefined ? null : toChain(row);
}

function toChain(row: ChainRow): TestChain {
  const { click, lead, sale } = row;
  return {
    id: Number(row.id),
    ran_at: row.ran_at.toISOString(),
    short_code: row.short_code,
    customer_key: row.customer_key,
    verdict: { click, lead, sale },
    attributed: sale === 'attributed',
    payment_id: row.payment_id === null ? null : Number(row.payment_id),
    steps: row.steps,
  };
}

/** What of a program's set-up the gates ask for. */
export interface SetUpFacts {
  keyRotatedAt: Date | null;
  stripe: { account: string; isConnected: boolean; chargesEnabled: boolean } | null;
  /** Real payments came by the Sale API. */
  tellsSales: boolean;
}

const ofProgram = 'workspace_id = $1 and program_id = $2';
const setUp = statement(
  'readiness.set_up',
  `select p.key_rotated_at as "keyRotatedAt",
     (select json_build_object('account', s.account, 'isConnected', s.disconnected_at is null,
         'chargesEnabled', s.charges_enabled)
       from stripe_connections s where s.workspace_id = p.workspace_id and s.program_id = p.id
       order by s.disconnected_at is null desc, s.id desc limit 1) as stripe,
     exists (select from payments y where y.workspace_id = p.workspace_id and y.program_id = p.id
       and y.source = 'sale' and not y.is_test) as "tellsSales"
   from programs p where p.workspace_id = $1 and p.id = $2`,
);

export async function findSetUp(sql: Sql, program: Owner): Promise<SetUpFacts> {
  const [row] = await sql.query<SetUpFacts>(setUp, [program.workspaceId, program.id]);
  return row as SetUpFacts;
}

/** When the latest of each came, real and test. */
export interface SeenFacts {
  click: Date | null;
  testClick: Date | null;
  lead: Date | null;
  testLead: Date | null;
  payment: Date | null;
  testPayment: Date | null;
  /** Of the bound website: of one visit, whichever is found first. */
  pageview: Date | null;
}

const latestOf = (table: string, at: string, isTest: boolean) =>
  `(select ${at} from ${table} where ${ofProgram} and ${isTest ? '' : 'not '}is_test order by ${at} desc limit 1)`;
const seen = statement(
  'readiness.seen',
  `select ${latestOf('clicks', 'clicked_at', false)} as click, ${latestOf('clicks', 'clicked_at', true)} as "testClick",
     ${latestOf('leads', 'created_at', false)} as lead, ${latestOf('leads', 'created_at', true)} as "testLead",
     ${latestOf('payments', 'occurred_at', false)} as payment,
     ${latestOf('payments', 'occurred_at', true)} as "testPayment",
     (select last_event_at from visits where workspace_id = $1 and website_id = $3 limit 1) as pageview`,
);

export async function findSeen(sql: Sql, program: Owner & { websiteId: string | null }): Promise<SeenFacts> {
  const [row] = await sql.query<SeenFacts>(seen, [program.workspaceId, program.id, program.websiteId]);
  return row as SeenFacts;
}

const recent = statement(
  'readiness.recent',
  `select (select count(*) from clicks where ${ofProgram} and not is_test and clicked_at > $3)::integer as clicks,
     (select count(*) from leads where ${ofProgram} and not is_test and not provisional and created_at > $3)::integer
       as leads,
     (select count(*) from payments where ${ofProgram} and not is_test and occurred_at > $3)::integer as sales`,
);

/** Real events since then. */
export async function countRecent(
  sql: Sql,
  program: Owner,
  since: Date,
): Promise<{ clicks: number; leads: number; sales: number }> {
  const [row] = await sql.query(recent, [program.workspaceId, program.id, since]);
  return row as { clicks: number; leads: number; sales: number };
}

export type TrackerFound = 'installed' | 'missing' | 'unreachable';

const findCheck = statement(
  'readiness.find_tracker_check',
  `select checked_at as "checkedAt", found from tracker_checks where ${ofProgram}`,
);
const saveCheck = statement(
  'readiness.save_tracker_check',
  `insert into tracker_checks (workspace_id, program_id, checked_at, found) values ($1, $2, $3, $4)
   on conflict (workspace_id, program_id) do update set checked_at = excluded.checked_at, found = excluded.found`,
);

export async function findTrackerCheck(
  sql: Sql,
  program: Owner,
): Promise<{ checkedAt: Date; found: TrackerFound } | undefined> {
  const values = [program.workspaceId, program.id];
  const [row] = await sql.query<{ checkedAt: Date; found: TrackerFound }>(findCheck, values);
  return row;
}

export async function saveTrackerCheck(
  sql: Sql,
  program: Owner,
  at: Date,
  found: TrackerFound,
): Promise<void> {
  await sql.query(saveCheck, [program.workspaceId, program.id, at, found]);
}

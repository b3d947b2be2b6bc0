import { type Sql, statement, type Transaction, violatedConstraint } from '../platform/index.ts';
import type { Customer } from './customer.ts';

export const customerColumns = `
  c.workspace_id as "workspaceId", c.program_id as "programId", c.id, c.customer_key as "customerKey",
  c.email_hash as "emailHash", c.email_masked as "emailMasked", c.status, c.bound_payment_id as "boundPaymentId",
  array(select v.visitor from customer_visitors v
        where v.workspace_id = c.workspace_id and v.customer_id = c.id and v.kind = 'click') as visitors,
  array(select v.visitor from customer_visitors v
        where v.workspace_id = c.workspace_id and v.customer_id = c.id and v.kind = 'web') as "webVisitors",
  exists (select from leads l
          where l.workspace_id = c.workspace_id and l.program_id = c.program_id and l.customer_key = c.customer_key
            and l.provisional and l.settled_at is null) as "mayHaveWaitingLeads"`;

const lockByKey = statement(
  'customers.lock_by_key',
  `select ${customerColumns} from customers c
   where c.workspace_id = $1 and c.program_id = $2 and c.customer_key = $3 for update of c`,
);

export async function lockCustomerByKey(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  customerKey: string,
): Promise<Customer | undefined> {
  const [row] = await trx.query<Customer>(lockByKey, [program.workspaceId, program.id, customerKey]);
  return row;
}

const lockById = statement(
  'customers.lock_by_id',
  `select ${customerColumns} from customers c where c.workspace_id = $1 and c.id = $2 for update of c`,
);

export async function lockCustomer(
  trx: Transaction,
  workspaceId: number,
  customerId: bigint,
): Promise<Customer | undefined> {
  const [row] = await trx.query<Customer>(lockById, [workspaceId, customerId]);
  return row;
}

const lockByEmail = statement(
  'customers.lock_by_email',
  `select ${customerColumns} from customers c
   where c.workspace_id = $1 and c.program_id = $2 and c.email_hash = $3 order by c.id limit 1 for update of c`,
);

/** The earliest customer with this email. */
export async function lockCustomerByEmail(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  emailHash: Buffer,
): Promise<Customer | undefined> {
  const [row] = await trx.query<Customer>(lockByEmail, [program.workspaceId, program.id, emailHash]);
  return row;
}

const lockByVisitor = statement(
  'customers.lock_by_visitor',
  `select ${customerColumns} from customers c
   where c.workspace_id = $1 and c.program_id = $2 and c.id = any(array(
     select customer_id from customer_visitors
     where workspace_id = $1 and program_id = $2 and kind = 'click' and visitor = $3
     union all
     select customer_id from customer_visitors
     where workspace_id = $1 and program_id = $2 and kind = 'web' and visitor = $4))
   order by c.id for update of c`,
);

/** Everybody seen with a browser, in the order they became known. */
export function lockCustomersOfVisitor(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  browser: { visitor: string | null; webVisitor: string | null },
): Promise<Customer[]> {
  return trx.query(lockByVisitor, [program.workspaceId, program.id, browser.visitor, browser.webVisitor]);
}

const lockBrowser = statement(
  'customers.lock_browser',
  `select pg_advisory_xact_lock(hashtextextended('customer of ' || $1 || ' ' || $2, 0))`,
);

/** Two requests that would make a customer for one browser wait for each other here. */
export async function lockCustomerMaking(
  trx: Transaction,
  program: { id: number },
  browser: string,
): Promise<void> {
  await trx.query(lockBrowser, [String(program.id), browser]);
}

const insert = statement(
  'customers.insert',
  `insert into customers (workspace_id, program_id, customer_key, email_hash, email_masked, status, created_at)
   values ($1, $2, $3, $4, $5, 'click', $6)
   on conflict (workspace_id, program_id, customer_key) where customer_key is not null do nothing
   returning id`,
);

export interface NewCustomer {
  workspaceId: number;
  programId: number;
  customerKey: string | null;
  email: { hash: Buffer; masked: string } | null;
  createdAt: Date;
}

/** Undefined when another request has just made a customer with this key. */
export async function insertCustomer(trx: Transaction, customer: NewCustomer): Promise<Customer | undefined> {
  const { workspaceId, programId, customerKey, email, createdAt } = customer;
  const [row] = await trx.query<{ id: bigint }>(insert, [
    workspaceId,
    programId,
    customerKey,
    email?.hash ?? null,
    email?.masked ?? null,
    createdAt,
  ]);
  if (row === undefined) return undefined;
  return {
    workspaceId,
    programId,
    id: row.id,
    customerKey,
    emailHash: email?.hash ?? null,
    emailMasked: email?.masked ?? null,
    status: 'click',
    boundPaymentId: null,
    visitors: [],
    webVisitors: [],
    mayHaveWaitingLeads: true,
  };
}

const learn = statement(
  'customers.learn',
  `update customers set customer_key = coalesce(customer_key, $3), email_hash = coalesce(email_hash, $4),
     email_masked = coalesce(email_masked, $5)
   where workspace_id = $1 and id = $2`,
);

/**
 * Adds a key or an email to a customer who lacks it. False when the key was taken by another customer meanwhile; the
 * transaction goes on.
 */
export async function learnIdentifiers(
  trx: Transaction,
  customer: Customer,
  learned: { customerKey: string | null; email: { hash: Buffer; masked: string } | null },
): Promise<boolean> {
  const { customerKey, email } = learned;
  await trx.query('savepoint learn_identifiers');
  try {
    await trx.query(learn, [
      customer.workspaceId,
      customer.id,
      customerKey,
      email?.hash ?? null,
      email?.masked ?? null,
    ]);
    await trx.query('release savepoint learn_identifiers');
    return true;
  } catch (error) {
    if (violatedConstraint(error) !== 'customers_key') throw error;
    await trx.query('rollback to savepoint learn_identifiers');
    return false;
  }
}

const link = statement(
  'customers.link_visitors',
  `insert into customer_visitors (workspace_id, customer_id, program_id, kind, visitor, linked_at)
   select $1, v.customer_id, $2, v.kind, v.visitor, $3
   from unnest($4::bigint[], $5::text[], $6::text[]) as v(customer_id, kind, visitor)
   on conflict do nothing`,
);

/** A browser that a customer was seen with. */
export interface SeenWith {
  customerId: bigint;
  kind: 'click' | 'web';
  visitor: string;
}

export async function linkVisitors(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  seen: readonly SeenWith[],
  at: Date,
): Promise<void> {
  if (seen.length === 0) return;
  await trx.query(link, [
    program.workspaceId,
    program.id,
    at,
    seen.map((one) => one.customerId),
    seen.map((one) => one.kind),
    seen.map((one) => one.visitor),
  ]);
}

const toLead = statement(
  'customers.to_lead',
  `update customers set status = case when status = 'click' then 'lead' else status end, lead_at = coalesce(lead_at, $3)
   where workspace_id = $1 and id = $2`,
);

export async function markLead(trx: Transaction, customer: Customer, at: Date): Promise<void> {
  await trx.query(toLead, [customer.workspaceId, customer.id, at]);
}

export interface NewLead {
  workspaceId: number;
  programId: number;
  customerId: bigint | null;
  customerKey: string | null;
  email: { hash: Buffer; masked: string } | null;
  clickId: string | null;
  clickIds: readonly string[];
  webVisitor: string | null;
  webSession: string | null;
  partnerId: number | null;
  pageUrl: string | null;
  eventName: string | null;
  isTest: boolean;
  provisional: boolean;
  createdAt: Date;
}

const insertLeadRow = statement(
  'customers.insert_lead',
  `insert into leads (workspace_id, program_id, customer_id, customer_key, email_hash, email_masked, click_id, click_ids,
     web_visitor, web_session, partner_id, page_url, event_name, is_test, provisional, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
   returning id`,
);

export async function insertLead(sql: Sql, lead: NewLead): Promise<bigint> {
  const [row] = await sql.query<{ id: bigint }>(insertLeadRow, [
    lead.workspaceId,
    lead.programId,
    lead.customerId,
    lead.customerKey,
    lead.email?.hash ?? null,
    lead.email?.masked ?? null,
    lead.clickId,
    lead.clickIds,
    lead.webVisitor,
    lead.webSession,
    lead.partnerId,
    lead.pageUrl,
    lead.eventName,
    lead.isTest,
    lead.provisional,
    lead.createdAt,
  ]);
  return (row as { id: bigint }).id;
}

/** A browser's word that waits to be confirmed. */
export interface ProvisionalLead {
  id: bigint;
  customerKey: string | null;
  clickId: string | null;
  clickIds: string[];
  webVisitor: string | null;
  webSession: string | null;
  pageUrl: string | null;
  eventName: string | null;
  email: { hash: Buffer; masked: string } | null;
  createdAt: Date;
}

const provisionalLeads = statement(
  'customers.lock_provisional_leads',
  `select id, customer_key as "customerKey", click_id as "clickId", click_ids as "clickIds",
     web_visitor as "webVisitor", web_session as "webSession", page_url as "pageUrl", event_name as "eventName",
     email_hash, email_masked, created_at as "createdAt"
   from leads
   where workspace_id = $1 and program_id = $2 and provisional and settled_at is null
     and (customer_key = $3 or click_id = $4)
   order by id for update`,
);

export async function lockProvisionalLeads(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  identifiers: { customerKey: string | null; clickId: string | null },
): Promise<ProvisionalLead[]> {
  const rows = await trx.query<
    Omit<ProvisionalLead, 'email'> & { email_hash: Buffer | null; email_masked: string | null }
  >(provisionalLeads, [program.workspaceId, program.id, identifiers.customerKey, identifiers.clickId]);
  return rows.map(({ email_hash: hash, email_masked: masked, ...lead }) => ({
    ...lead,
    email: hash === null || masked === null ? null : { hash, masked },
  }));
}

const settle = statement(
  'customers.settle_leads',
  `update leads set settled_at = $5, customer_id = $3, partner_id = $4
   where workspace_id = $1 and id = any($2::bigint[])`,
);

export async function settleLeads(
  trx: Transaction,
  customer: Customer,
  leadIds: readonly bigint[],
  partnerId: number | null,
  at: Date,
): Promise<void> {
  await trx.query(settle, [customer.workspaceId, leadIds, customer.id, partnerId, at]);
}

const insertIdentity = statement(
  'customers.insert_visitor_identity',
  `insert into visitor_identities
     (workspace_id, website_id, visitor_id, customer_key, email_hash, email_masked, seen_at)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
);

export async function insertVisitorIdentity(
  sql: Sql,
  identity: {
    workspaceId: number;
    websiteId: string;
    visitorId: string;
    customerKey: string | null;
    email: { hash: Buffer; masked: string } | null;
    seenAt: Date;
  },
): Promise<void> {
  await sql.query(insertIdentity, [
    identity.workspaceId,
    identity.websiteId,
    identity.visitorId,
    identity.customerKey,
    identity.email?.hash ?? null,
    identity.email?.masked ?? null,
    identity.seenAt,
  ]);
}

const leadState = statement(
  'customers.find_lead_state',
  `select c.converted_at as "convertedAt",
     exists (select from leads l where l.workspace_id = c.workspace_id and l.customer_id = c.id and not l.is_test
             and (not l.provisional or l.settled_at is not null)) as "isLead"
   from customers c where c.workspace_id = $1 and c.id = $2`,
);

/** Whether a customer signed up, and since when it pays. */
export async function findLeadState(
  trx: Transaction,
  customer: { workspaceId: number; id: bigint },
): Promise<{ isLead: boolean; convertedAt: Date | null }> {
  const [row] = await trx.query<{ isLead: boolean; convertedAt: Date | null }>(leadState, [
    customer.workspaceId,
    customer.id,
  ]);
  return row ?? { isLead: false, convertedAt: null };
}

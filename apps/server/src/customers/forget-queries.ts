import { statement, type Transaction } from '../platform/index.ts';

/** What a person goes by. */
export interface EmailsAndKeys {
  emails: Buffer[];
  keys: { programId: number; customerKey: string }[];
}

// Finding everything that is known of a person, and replacing what names it (erasure, invariant 5).

const find = statement(
  'customers.find_to_forget',
  `select program_id as "programId", id, customer_key as "customerKey", email_hash as "emailHash" from customers
   where workspace_id = $1 and (
     email_hash = any($2::bytea[]) or id = any($3::bigint[])
     or (program_id, customer_key) in (select * from unnest($4::integer[], $5::text[])))
   order by id for update`,
);

export interface FoundPerson {
  programId: number;
  id: bigint;
  customerKey: string | null;
  emailHash: Buffer | null;
}

/** Locks the customers that go by one of these emails, ids or keys. */
export function lockCustomersToForget(
  trx: Transaction,
  workspaceId: number,
  { emails, keys }: EmailsAndKeys,
  customerIds: readonly bigint[],
): Promise<FoundPerson[]> {
  return trx.query(find, [
    workspaceId,
    emails,
    customerIds,
    keys.map(({ programId }) => programId),
    keys.map(({ customerKey }) => customerKey),
  ]);
}

const browsers = statement(
  'customers.find_browsers_to_forget',
  `select kind, visitor from customer_visitors where workspace_id = $1 and customer_id = any($2::bigint[])
   union
   select 'web', visitor_id from visitor_identities
   where workspace_id = $1 and (email_hash = any($3::bytea[]) or customer_key = any($5::text[]))
   union
   select 'web', web_visitor from leads
   where workspace_id = $1 and web_visitor is not null and (
     customer_id = any($2::bigint[]) or email_hash = any($3::bytea[])
     or (program_id, customer_key) in (select * from unnest($4::integer[], $5::text[])))`,
);

export function findBrowsersToForget(
  trx: Transaction,
  workspaceId: number,
  { emails, keys }: EmailsAndKeys,
  customerIds: readonly bigint[],
): Promise<{ kind: 'click' | 'web'; visitor: string }[]> {
  return trx.query(browsers, [
    workspaceId,
    customerIds,
    emails,
    keys.map(({ programId }) => programId),
    keys.map(({ customerKey }) => customerKey),
  ]);
}

const renameCustomers = statement(
  'customers.forget',
  `update customers set customer_key = erased_name($2, customer_key), email_hash = erased_hash($2, email_hash),
     email_masked = case when email_masked is not null then 'erased' end
   where workspace_id = $1 and id = any($3::bigint[])`,
);

const renameLeads = statement(
  'customers.forget_leads',
  `update leads set customer_key = erased_name($2, customer_key), email_hash = erased_hash($2, email_hash),
     email_masked = case when email_masked is not null then 'erased' end, web_visitor = erased_name($2, web_visitor),
     web_session = erased_name($2, web_session), page_url = null
   where workspace_id = $1 and (
     customer_id = any($3::bigint[]) or email_hash = any($4::bytea[]) or web_visitor = any($7::text[])
     or (program_id, customer_key) in (select * from unnest($5::integer[], $6::text[])))`,
);

const renameVisitors = statement(
  'customers.forget_visitors',
  `update customer_visitors set visitor = erased_name($2, visitor)
   where workspace_id = $1 and (
     customer_id = any($3::bigint[]) or (kind = 'click' and visitor = any($4::text[]))
     or (kind = 'web' and visitor = any($5::text[])))`,
);

const renameIdentities = statement(
  'customers.forget_identities',
  `update visitor_identities set visitor_id = erased_name($2, visitor_id), customer_key = erased_name($2, customer_key),
     email_hash = erased_hash($2, email_hash), email_masked = case when email_masked is not null then 'erased' end
   where workspace_id = $1 and (
     visitor_id = any($3::text[]) or email_hash = any($4::bytea[]) or customer_key = any($5::text[]))`,
);

const renamePartners = statement(
  'customers.forget_partners',
  `update partners set email_hash = erased_hash($2, email_hash), customer_key = erased_name($2, customer_key),
     email_masked = case when email_masked is not null then 'erased' end
   where workspace_id = $1 and (email_hash = any($3::bytea[]) or customer_key = any($4::text[]))`,
);

export async function renamePeople(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  who: EmailsAndKeys & { customerIds: readonly bigint[]; clickVisitors: string[]; webVisitors: string[] },
): Promise<void> {
  const { emails, customerIds, clickVisitors, webVisitors } = who;
  const keys = who.keys.map(({ customerKey }) => customerKey);
  const programs = who.keys.map(({ programId }) => programId);
  await trx.query(renameCustomers, [workspaceId, salt, customerIds]);
  await trx.query(renameLeads, [workspaceId, salt, customerIds, emails, programs, keys, webVisitors]);
  await trx.query(renameVisitors, [workspaceId, salt, customerIds, clickVisitors, webVisitors]);
  await trx.query(renameIdentities, [workspaceId, salt, webVisitors, emails, keys]);
  // Whoever is no partner any more: that they were their own customer stays true.
  await trx.query(renamePartners, [workspaceId, salt, emails, keys]);
}

const enrolledAs = statement(
  'customers.find_enrolled_partner',
  `select p.id from partners p
   where p.workspace_id = $1 and (p.email_hash = any($2::bytea[]) or p.customer_key = any($3::text[]))
     and exists (select from enrollments e where e.workspace_id = p.workspace_id and e.partner_id = p.id
       and e.status in ('approved', 'pending'))
   order by p.id limit 1`,
);

/** A partner who goes by one of these names and is enrolled or waits to be. */
export async function findEnrolledAs(
  trx: Transaction,
  workspaceId: number,
  { emails, keys }: EmailsAndKeys,
): Promise<number | undefined> {
  const [row] = await trx.query<{ id: number }>(enrolledAs, [
    workspaceId,
    emails,
    keys.map(({ customerKey }) => customerKey),
  ]);
  return row?.id;
}

import { type Sql, statement, type Transaction } from '../../platform/index.ts';
import type { ObjectFacts } from '../facts/object-facts.ts';

// Erasing a person: whom Stripe calls by which id stays, for the books; what names the person does not.

const customersOf = statement(
  'stripe.find_customers_by_email',
  `select distinct p.customer_id as id
   from stripe_identifiers i
   join stripe_payers p on p.workspace_id = i.workspace_id and p.program_id = i.program_id and p.payer = i.payer
   where i.workspace_id = $1 and i.kind = 'email' and i.value = any($2::text[]) and p.customer_id is not null`,
);

/** The customers of payers who said one of these emails. */
export async function findCustomersByEmail(
  trx: Transaction,
  workspaceId: number,
  emails: readonly Buffer[],
): Promise<bigint[]> {
  const hashes = emails.map((hash) => hash.toString('hex'));
  const rows = await trx.query<{ id: bigint }>(customersOf, [workspaceId, hashes]);
  return rows.map(({ id }) => id);
}

const payersOf = statement(
  'stripe.find_payers_to_forget',
  `select program_id as "programId", payer from stripe_payers where workspace_id = $1 and customer_id = any($2::bigint[])
   union
   select program_id, payer from stripe_identifiers where workspace_id = $1 and kind = 'email' and value = any($3::text[])`,
);

export interface PayerKey {
  programId: number;
  payer: string;
}

export function findPayersToForget(
  trx: Transaction,
  workspaceId: number,
  customerIds: readonly bigint[],
  emails: readonly Buffer[],
): Promise<PayerKey[]> {
  return trx.query(payersOf, [workspaceId, customerIds, emails.map((hash) => hash.toString('hex'))]);
}

// Charges, refunds and intents often do not say who pays: they belong to whom the objects that they are linked to belong.
const family = statement(
  'stripe.lock_objects_to_forget',
  `with recursive member(program_id, id) as (
     select o.program_id, o.id from stripe_objects o
     where o.workspace_id = $1 and (o.program_id, o.payer) in (select * from unnest($2::integer[], $3::text[]))
     union
     select m.program_id, next.id from member m
     cross join lateral (
       select b as id from stripe_links l where l.workspace_id = $1 and l.program_id = m.program_id and l.a = m.id
       union all
       select a from stripe_links l where l.workspace_id = $1 and l.program_id = m.program_id and l.b = m.id
     ) next
   )
   select program_id as "programId", livemode, id, facts from stripe_objects
   where workspace_id = $1 and (program_id, id) in (select program_id, id from member)
   order by program_id, livemode, id for update`,
);

export interface StoredObject {
  programId: number;
  livemode: boolean;
  id: string;
  facts: ObjectFacts;
}

export function lockObjects(
  trx: Transaction,
  workspaceId: number,
  payers: readonly PayerKey[],
): Promise<StoredObject[]> {
  const columns = [payers.map(({ programId }) => programId), payers.map(({ payer }) => payer)];
  return trx.query(family, [workspaceId, ...columns]);
}

const saveFacts = statement(
  'stripe.save_forgotten_facts',
  `update stripe_objects o set facts = given.facts::json
   from unnest($2::integer[], $3::boolean[], $4::text[], $5::text[]) as given(program_id, livemode, id, facts)
   where o.workspace_id = $1 and o.program_id = given.program_id and o.livemode = given.livemode and o.id = given.id`,
);

export async function saveForgottenFacts(
  trx: Transaction,
  workspaceId: number,
  objects: readonly StoredObject[],
): Promise<void> {
  await trx.query(saveFacts, [
    workspaceId,
    objects.map(({ programId }) => programId),
    objects.map(({ livemode }) => livemode),
    objects.map(({ id }) => id),
    objects.map(({ facts }) => JSON.stringify(facts)),
  ]);
}

const renameIdentifiers = statement(
  'stripe.forget_identifiers',
  `update stripe_identifiers set value = case kind
       when 'email' then encode(erased_hash($2, decode(value, 'hex')), 'hex') else erased_name($2, value) end
   where workspace_id = $1 and (
     (program_id, payer) in (select * from unnest($3::integer[], $4::text[]))
     or (kind = 'browser' and value = any($5::text[])) or (kind = 'web' and value = any($6::text[])))`,
);

const renameTaught = statement(
  'stripe.forget_taught',
  `update stripe_payers set taught_key = erased_name($2, taught_key), taught_email = erased_hash($2, taught_email)
   where workspace_id = $1 and (program_id, payer) in (select * from unnest($3::integer[], $4::text[]))`,
);

const renameTaughtBrowsers = statement(
  'stripe.forget_taught_browsers',
  `update stripe_payers set
     taught_clicks = array(select case when one = any($3::text[]) then erased_name($2, one) else one end
       from unnest(taught_clicks) as one),
     taught_webs = array(select case when one = any($4::text[]) then erased_name($2, one) else one end
       from unnest(taught_webs) as one)
   where workspace_id = $1 and (taught_clicks && $3::text[] or taught_webs && $4::text[])`,
);

/** Also where another payer was seen with the same browser: what is one name stays one. */
export async function renamePayers(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  payers: readonly PayerKey[],
  browsers: { clickVisitors: string[]; webVisitors: string[] },
): Promise<void> {
  const keys = [payers.map(({ programId }) => programId), payers.map(({ payer }) => payer)];
  const { clickVisitors, webVisitors } = browsers;
  await trx.query(renameIdentifiers, [workspaceId, salt, ...keys, clickVisitors, webVisitors]);
  await trx.query(renameTaught, [workspaceId, salt, ...keys]);
  await trx.query(renameTaughtBrowsers, [workspaceId, salt, clickVisitors, webVisitors]);
}

const deliveries = statement(
  'stripe.list_payloads',
  `select id, payload from stripe_inbox where workspace_id = $1 and id > $2 and received_at <= $3 order by id limit $4`,
);

export function listPayloads(
  sql: Sql,
  workspaceId: number,
  after: bigint,
  receivedUntil: Date,
  limit: number,
): Promise<{ id: bigint; payload: string }[]> {
  return sql.query(deliveries, [workspaceId, after, receivedUntil, limit]);
}

const blank = statement(
  'stripe.save_payloads',
  `update stripe_inbox i set payload = given.payload
   from unnest($2::bigint[], $3::text[]) as given(id, payload) where i.workspace_id = $1 and i.id = given.id`,
);

export async function savePayloads(
  sql: Sql,
  workspaceId: number,
  changed: readonly { id: bigint; payload: string }[],
): Promise<void> {
  if (changed.length === 0) return;
  await sql.query(blank, [workspaceId, changed.map(({ id }) => id), changed.map(({ payload }) => payload)]);
}

import { statement, type Transaction } from '../../platform/index.ts';
import type { World } from '../facts/queries.ts';

/** Who a payer was found to be, and what that customer was taught by it. */
export interface StoredPayer {
  payer: string;
  customerId: bigint | null;
  madeCustomerId: bigint | null;
  taughtKey: string | null;
  taughtEmail: Buffer | null;
  taughtClicks: string[];
  taughtWebs: string[];
}

const find = statement(
  'stripe.find_payers',
  `select payer, customer_id as "customerId", made_customer_id as "madeCustomerId", taught_key as "taughtKey",
     taught_email as "taughtEmail", taught_clicks as "taughtClicks", taught_webs as "taughtWebs"
   from stripe_payers where workspace_id = $1 and program_id = $2 and payer = any($3::text[]) order by payer for update`,
);

export function findPayers(
  trx: Transaction,
  world: World,
  payers: readonly string[],
): Promise<StoredPayer[]> {
  return trx.query(find, [world.workspaceId, world.programId, payers]);
}

const save = statement(
  'stripe.save_payers',
  `insert into stripe_payers
     (workspace_id, program_id, payer, customer_id, made_customer_id, taught_key, taught_email, taught_clicks, taught_webs)
   select $1, $2, p.payer, p.customer_id, p.made_customer_id, p.taught_key, p.taught_email,
     array(select json_array_elements_text(p.taught_clicks::json)),
     array(select json_array_elements_text(p.taught_webs::json))
   from unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[], $8::text[], $9::text[])
     as p(payer, customer_id, made_customer_id, taught_key, taught_email, taught_clicks, taught_webs)
   on conflict (workspace_id, program_id, payer) do update set customer_id = excluded.customer_id,
     made_customer_id = excluded.made_customer_id, taught_key = excluded.taught_key,
     taught_email = excluded.taught_email, taught_clicks = excluded.taught_clicks, taught_webs = excluded.taught_webs`,
);

export async function savePayers(
  trx: Transaction,
  world: World,
  payers: readonly StoredPayer[],
): Promise<void> {
  if (payers.length === 0) return;
  await trx.query(save, [
    world.workspaceId,
    world.programId,
    payers.map((one) => one.payer),
    payers.map((one) => one.customerId),
    payers.map((one) => one.madeCustomerId),
    payers.map((one) => one.taughtKey),
    payers.map((one) => one.taughtEmail),
    payers.map((one) => JSON.stringify(one.taughtClicks)),
    payers.map((one) => JSON.stringify(one.taughtWebs)),
  ]);
}

const codes = statement(
  'stripe.find_partners_by_code',
  `select l.code_key as code, l.partner_id as "partnerId" from links l
   where l.workspace_id = $1 and l.program_id = $2 and l.code_key = any($3::text[]) and l.status = 'active'`,
);

/** The partners behind these codes, lower-case. */
export async function findPartnersByCode(
  trx: Transaction,
  world: World,
  wanted: readonly string[],
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map();
  const rows = await trx.query<{ code: string; partnerId: number }>(codes, [
    world.workspaceId,
    world.programId,
    wanted.map((code) => code.toLowerCase()),
  ]);
  return new Map(rows.map(({ code, partnerId }) => [code, partnerId]));
}

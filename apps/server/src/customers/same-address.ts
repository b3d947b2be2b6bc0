import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { Customer } from './customer.ts';

// Addresses are not kept (ARCHITECTURE.md, invariant 5). Sign-ups of a day are compared by a digest under the day's salt, and
// what stays is only that two of them came from one address, and only where one is a partner's own
// (docs/adr/0007-sign-ups-from-one-address.md).

// Either of the two may be the one who has the partner's email or key, whoever came first.
const compare = statement(
  'customers.compare_address',
  `with others as (
     select customer_id from sign_up_addresses
     where workspace_id = $1 and program_id = $2 and digest = $4 and customer_id <> $3
   ), pairs as (
     select $3::bigint as customer_id, customer_id as other_id from others
     union all select customer_id, $3 from others
   ), noted as (
     insert into same_address_sign_ups (workspace_id, program_id, customer_id, other_customer_id, partner_id, day)
     select $1, $2, pairs.customer_id, pairs.other_id, p.id, $5::date
     from pairs
     join customers o on o.workspace_id = $1 and o.id = pairs.other_id
     join enrollments e on e.workspace_id = $1 and e.program_id = $2
     join partners p on p.workspace_id = $1 and p.id = e.partner_id
       and (p.email_hash = o.email_hash or p.customer_key = o.customer_key)
     on conflict do nothing
   )
   insert into sign_up_addresses (workspace_id, program_id, digest, customer_id, day)
   values ($1, $2, $4, $3, $5::date) on conflict do nothing`,
);

/** Notes with whom of the same day a sign-up shares its address, where that says something of a partner. */
export async function compareAddress(
  trx: Transaction,
  customer: Pick<Customer, 'workspaceId' | 'programId' | 'id'>,
  digest: string,
  now: Date,
): Promise<void> {
  const day = now.toISOString().slice(0, 10);
  await trx.query(compare, [customer.workspaceId, customer.programId, customer.id, digest, day]);
}

const forget = statement('customers.forget_addresses', 'delete from sign_up_addresses where day < $1::date');

/** A job: deletes the digests of the days that are over. */
export async function forgetAddresses(sql: Sql, now: Date): Promise<void> {
  await sql.query(forget, [now.toISOString().slice(0, 10)]);
}

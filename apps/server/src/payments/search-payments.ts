import { type EmailIdentity, type Hasher, type Sql, statement } from '../platform/index.ts';

/** What a search stands for: the payments that were named, or those whose transaction id begins so. */
export type PaymentSearch = { kind: 'these'; ids: readonly bigint[] } | { kind: 'prefix'; pattern: string };

const maxNamed = 1000;

// An id of any door (Stripe's among them), the number of the payment itself, or a customer by key or address.
const named = statement(
  'payments.named',
  `select payment_id as id from payment_keys
     where workspace_id = $1 and scope = 'p' || $2::integer::text and key = $3
   union
   select id from payments where workspace_id = $1 and program_id = $2 and id = $4
   union
   (select p.id from customers c join payments p on p.workspace_id = c.workspace_id and p.customer_id = c.id
     where c.workspace_id = $1 and c.program_id = $2 and (c.customer_key = $3 or c.email_hash = $5)
     order by p.occurred_at desc limit ${maxNamed})`,
);

/**
 * Reads a search. Each way of naming a payment is one look-up by an index, so it takes as long with a million payments as
 * with ten; only what nothing is called is taken for the beginning of a transaction id. An email address is looked for
 * by its keyed hash, since nothing else is kept of it.
 */
export async function searchPayments(
  sql: Sql,
  hasher: Hasher,
  program: { workspaceId: number; id: number },
  text: string,
): Promise<PaymentSearch> {
  const email: EmailIdentity | undefined = text.includes('@') ? hasher.email(text) : undefined;
  const number = /^#?(\d{1,18})$/.exec(text)?.[1] ?? null;
  const values = [program.workspaceId, program.id, text, number, email?.hash ?? null];
  const rows = await sql.query<{ id: bigint }>(named, values);
  if (rows.length > 0 || email !== undefined) return { kind: 'these', ids: rows.map(({ id }) => id) };
  return { kind: 'prefix', pattern: `${text.replace(/[\\%_]/g, '\\$&')}%` };
}

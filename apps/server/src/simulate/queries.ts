import type { Model } from '../attribution/index.ts';
import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { PastPayment, World } from './past.ts';

// The asked payments, and what their customers paid before: a binding or a subscription may have begun there. Read once and
// in order by a cursor, some at a time, however many there are.
const openPast = statement(
  'simulate.open_past_payments',
  `declare simulate_past no scroll cursor for
   select p.id, p.occurred_at >= $3 and p.source <> 'import' as "isAsked",
     coalesce(a.reason = 'settled_elsewhere', false) as "isSettledElsewhere", p.amount_minor as "amountMinor", p.currency,
     p.tax_minor as "taxMinor", p.shipping_minor as "shippingMinor", p.source = 'stripe' as "byStripe",
     p.product_id as "productId", p.subscription_id as "subscriptionId", p.occurred_at as "occurredAt",
     p.received_at as "receivedAt", p.email_hash as "emailHash", u.id as "customerId", u.email_hash as "customerEmail",
     u.customer_key as "customerKey", a.model, a.window_days as "windowDays", a.credits, a.candidates,
     (select e ->> 'value' from json_array_elements(a.evidence) e where e ->> 'kind' = 'bound_by_payment'
      limit 1) as "boundBy",
     (select json_agg(json_build_object('partnerId', c.partner_id, 'amount', c.amount_minor, 'currency', c.currency,
        'isOneTime', c.type = 'cps_one_time', 'isRejected', c.rejected_at is not null, 'basis', c.basis) order by c.id)
      from commissions c where c.workspace_id = p.workspace_id and c.payment_id = p.id and c.superseded_at is null
     ) as shares,
     (select json_agg(json_build_object('amount', r.amount_minor, 'at', r.created_at) order by r.id)
      from refunds r where r.workspace_id = p.workspace_id and r.payment_id = p.id and r.undone_at is null
        and not r.is_test) as refunds
   from payments p
   left join customers u on u.workspace_id = p.workspace_id and u.id = p.customer_id
   left join lateral (
     select * from attributions a where a.workspace_id = p.workspace_id and a.payment_id = p.id
     order by a.decision desc limit 1
   ) a on true
   where p.workspace_id = $1 and p.program_id = $2 and not p.is_test and p.occurred_at < $4
     and (p.occurred_at >= $3 or exists (
       select from payments a
       where a.workspace_id = $1 and a.customer_id = p.customer_id and a.program_id = $2 and not a.is_test
         and a.occurred_at >= $3 and a.occurred_at < $4))
   order by p.customer_id, p.id`,
);
const pastPage = statement('simulate.fetch_past_payments', 'fetch forward 1000 from simulate_past');
const closePast = statement('simulate.close_past_payments', 'close simulate_past');

interface PastRow extends Omit<PastPayment, 'customer' | 'decision' | 'shares' | 'refunds'> {
  customerId: bigint | null;
  customerEmail: Buffer | null;
  customerKey: string | null;
  model: Model | null;
  windowDays: number | null;
  credits: { clickId: string | null; partnerId: number; weight: number }[] | null;
  candidates: { clickId: string; partnerId: number; clickedAt: string; reason: string | null }[] | null;
  boundBy: string | null;
  shares:
    | { partnerId: number; amount: number; currency: Currency; isOneTime: boolean; isRejected: boolean }[]
    | null;
  refunds: { amount: number; at: string }[] | null;
}

/**
 * The payments of a time, customer by customer: each list holds all payments of some customers, in the order in which they
 * were recorded. What is in memory at once is a page and the payments of one customer.
 */
export async function* eachPastPayments(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  time: { from: Date; before: Date },
): AsyncGenerator<PastPayment[]> {
  await trx.query(openPast, [program.workspaceId, program.id, time.from, time.before]);
  let open: PastPayment[] = [];
  for (;;) {
    const page = (await trx.query<PastRow>(pastPage)).map(toPastPayment);
    if (page.length === 0) break;
    // The last customer of a page may go on on the next.
    const last = page.at(-1)?.customer?.id;
    // Nobody's payments come at the end, and belong together with none.
    const split = last === undefined ? page.length : page.findIndex(({ customer }) => customer?.id === last);
    if (split === 0 && open[0]?.customer?.id === last) {
      open.push(...page);
      continue;
    }
    yield [...open, ...page.slice(0, split)];
    open = page.slice(split);
  }
  yield open;
  await trx.query(closePast);
}

function toPastPayment(row: PastRow): PastPayment {
  const { customerId, customerEmail, customerKey, model, windowDays, boundBy, ...rest } = row;
  return {
    ...rest,
    customer: customerId === null ? null : { id: customerId, emailHash: customerEmail, customerKey },
    decision:
      model === null || windowDays === null
        ? null
        : {
            model,
            windowDays,
            boundBy: boundBy === null ? null : BigInt(boundBy),
            credits: (row.credits ?? []).map((credit) => ({ ...credit, weight: BigInt(credit.weight) })),
            candidates: (row.candidates ?? []).map(({ clickId, partnerId, clickedAt, reason }) => ({
              clickId,
              partnerId,
              clickedAt: new Date(clickedAt),
              enrolled: reason !== 'partner_not_enrolled',
            })),
          },
    shares: (row.shares ?? []).map(({ amount, ...share }) => ({ ...share, amountMinor: BigInt(amount) })),
    refunds: (row.refunds ?? []).map(({ amount, at }) => ({ amountMinor: BigInt(amount), at: new Date(at) })),
  };
}

const partnersOf = statement(
  'simulate.partners',
  `select p.id, p.email_hash as "emailHash", p.customer_key as "customerKey", e.status = 'approved' as "isEnrolled",
     (select json_agg(json_build_object('groupId', m.group_id, 'since', m.since) order by m.since desc, m.id desc)
      from group_memberships m
      where m.workspace_id = e.workspace_id and m.program_id = e.program_id and m.partner_id = e.partner_id) as groups
   from enrollments e join partners p on p.workspace_id = e.workspace_id and p.id = e.partner_id
   where e.workspace_id = $1 and e.program_id = $2`,
);

/** Everybody who is or was in the program. */
export async function loadPartners(
  sql: Sql,
  program: { workspaceId: number; id: number },
): Promise<Omit<World, 'policies'>> {
  const rows = await sql.query<{
    id: number;
    emailHash: Buffer | null;
    customerKey: string | null;
    isEnrolled: boolean;
    groups: { groupId: number; since: string }[] | null;
  }>(partnersOf, [program.workspaceId, program.id]);
  return {
    enrolledPartners: new Set(rows.filter(({ isEnrolled }) => isEnrolled).map(({ id }) => id)),
    partners: new Map(rows.map((row) => [row.id, row])),
    memberships: new Map(
      rows.map(({ id, groups }) => [
        id,
        (groups ?? []).map(({ groupId, since }) => ({ groupId, since: new Date(since) })),
      ]),
    ),
  };
}

const groupOf = statement(
  'simulate.find_group',
  `select g.id, g.name from partner_groups g join programs p on p.workspace_id = g.workspace_id and p.id = g.program_id
   where g.workspace_id = $1 and g.program_id = $2 and g.id = coalesce($3, p.default_group_id)`,
);

/** A group of the program; null: its default group. */
export async function findGroupOf(
  sql: Sql,
  program: { workspaceId: number; id: number },
  groupId: number | null,
): Promise<{ id: number; name: string } | undefined> {
  const [row] = await sql.query<{ id: number; name: string }>(groupOf, [
    ...[program.workspaceId, program.id, groupId],
  ]);
  return row;
}

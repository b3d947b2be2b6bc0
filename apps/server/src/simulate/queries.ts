import type { Model } from '../attribution/index.ts';
import type { Currency } from '../money/index.ts';
import { type Sql, statement } from '../platform/index.ts';
import type { PastPayment, World } from './past.ts';

// The asked payments, and what their customers paid before: a binding or a subscription may have begun there.
const pastPayments = statement(
  'simulate.past_payments',
  `with asked as (
     select id, customer_id from payments
     where workspace_id = $1 and program_id = $2 and occurred_at >= $3 and occurred_at < $4 and not is_test
   )
   select p.id, p.id in (select id from asked) as "isAsked", p.amount_minor as "amountMinor", p.currency,
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
   where p.workspace_id = $1 and p.program_id = $2 and not p.is_test
     and (p.id in (select id from asked)
       or (p.occurred_at < $4 and p.customer_id in (select customer_id from asked)))
   order by p.id limit $5`,
);

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

export async function listPastPayments(
  sql: Sql,
  program: { workspaceId: number; id: number },
  time: { from: Date; before: Date },
  limit: number,
): Promise<PastPayment[]> {
  const values = [program.workspaceId, program.id, time.from, time.before, limit];
  return (await sql.query<PastRow>(pastPayments, values)).map(toPastPayment);
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

import type { FraudRule } from '@headwater/contract';
import { type Sql, statement } from '../platform/index.ts';
import type { Finding } from './queries.ts';
import { limits } from './rules.ts';

// Each rule is one statement over the program's commissions since $3 that still earn something: what it found, as figures,
// and words for them. Only commissions about which the rule has not spoken are asked about.
const watched = (rule: FraudRule) => `
  select c.* from commissions c
  where c.workspace_id = $1 and c.program_id = $2 and c.created_at >= $3
    and c.superseded_at is null and c.rejected_at is null
    and not exists (select from fraud_signals s
      where s.workspace_id = c.workspace_id and s.commission_id = c.id and s.rule = '${rule}')`;

/** The click that a commission was given for: its own, its sign-up's, or the newest that its payment credits. */
const creditedClick = `
  select coalesce(c.click_id,
    (select l.click_id from leads l where l.workspace_id = c.workspace_id and l.id = c.lead_id),
    (select credit ->> 'clickId' from attributions a, json_array_elements(a.credits) credit
     where a.workspace_id = c.workspace_id and a.payment_id = c.payment_id
       and (credit ->> 'partnerId')::integer = c.partner_id
     order by a.decision desc limit 1)) as id`;

interface Rule {
  statement: { name: string; text: string };
  /** Of what a row found, in words. */
  words(row: Record<string, unknown>): string;
}

const rules: Record<FraudRule, Rule> = {
  self_referral: {
    statement: statement(
      'fraud.self_referral',
      `select c.id as "commissionId", own.id as customer_id, own.id = c.customer_id as is_buyer
       from (${watched('self_referral')}) c
       join partners p on p.workspace_id = c.workspace_id and p.id = c.partner_id
       join lateral (
         select o.id from customers o
         where o.workspace_id = c.workspace_id and o.program_id = c.program_id
           and (o.email_hash = p.email_hash or o.customer_key = p.customer_key)
           and (o.id = c.customer_id or exists (
             select from customer_visitors a
             join customer_visitors b on b.workspace_id = a.workspace_id and b.program_id = a.program_id
               and b.kind = a.kind and b.visitor = a.visitor
             where a.workspace_id = c.workspace_id and a.customer_id = c.customer_id and b.customer_id = o.id))
         order by o.id = c.customer_id desc, o.id limit 1
       ) own on true`,
    ),
    words: ({ is_buyer, customer_id }) =>
      is_buyer
        ? 'The customer has the email address or key of the partner'
        : `The customer used the same browser as customer ${customer_id}, who has the email address or key of the partner`,
  },
  same_address: {
    statement: statement(
      'fraud.same_address',
      `select c.id as "commissionId", other.customer_id, other.day
       from (${watched('same_address')}) c
       join lateral (
         select s.other_customer_id as customer_id, s.day::text as day from same_address_sign_ups s
         where s.workspace_id = c.workspace_id and s.customer_id = c.customer_id and s.partner_id = c.partner_id
         order by s.day limit 1
       ) other on true`,
    ),
    words: ({ customer_id, day }) =>
      `The customer signed up on ${day} from the same address as customer ${customer_id}, who has the email address or key of the partner`,
  },
  click_flood: {
    statement: statement(
      'fraud.click_flood',
      `select c.id as "commissionId", k.link_id, flood.clicks, k.clicked_at
       from (${watched('click_flood')}) c
       join lateral (${creditedClick}) credited on true
       join clicks k on k.workspace_id = c.workspace_id and k.click_id = credited.id
       join lateral (
         select count(*)::integer as clicks from clicks f
         where f.workspace_id = k.workspace_id and f.program_id = k.program_id and f.link_id = k.link_id
           and not f.is_test
           and f.clicked_at between k.clicked_at - interval '5 minutes' and k.clicked_at + interval '5 minutes'
       ) flood on flood.clicks >= ${limits.floodClicks}`,
    ),
    words: ({ clicks, link_id }) =>
      `Link ${link_id} had ${clicks} clicks within ten minutes of the credited one`,
  },
  impossible_speed: {
    statement: statement(
      'fraud.impossible_speed',
      `select c.id as "commissionId", speed.seconds, speed.what
       from (${watched('impossible_speed')}) c
       join lateral (${creditedClick}) credited on true
       join clicks k on k.workspace_id = c.workspace_id and k.click_id = credited.id
       join customers u on u.workspace_id = c.workspace_id and u.id = c.customer_id
       join lateral (
         select extract(epoch from case when u.lead_at >= k.clicked_at then u.lead_at else c.earned_at end
             - k.clicked_at)::float as seconds,
           case when u.lead_at >= k.clicked_at then 'sign-up' else 'payment' end as what
       ) speed on speed.seconds >= 0 and speed.seconds < ${limits.fastestSeconds}
       where c.click_id is null`,
    ),
    words: ({ seconds, what }) => `The ${what} came ${seconds} seconds after the click`,
  },
  shared_device: {
    statement: statement(
      'fraud.shared_device',
      `select c.id as "commissionId", shared.customers
       from (${watched('shared_device')}) c
       join lateral (
         select count(distinct o.customer_id)::integer as customers
         from customer_visitors v
         join customer_visitors w on w.workspace_id = v.workspace_id and w.program_id = v.program_id
           and w.kind = v.kind and w.visitor = v.visitor
         join commissions o on o.workspace_id = w.workspace_id and o.customer_id = w.customer_id
           and o.partner_id = c.partner_id and o.superseded_at is null
         where v.workspace_id = c.workspace_id and v.customer_id = c.customer_id
         group by v.kind, v.visitor order by 1 desc limit 1
       ) shared on shared.customers >= ${limits.customersOfDevice}`,
    ),
    words: ({ customers }) => `${customers} customers of this partner were seen in one browser`,
  },
  refund_rate: {
    statement: statement(
      'fraud.refund_rate',
      `with paid as (
         select c.partner_id, exists (select from refunds r
           where r.workspace_id = c.workspace_id and r.payment_id = c.payment_id and r.undone_at is null
             and not r.is_test) as went_back
         from commissions c
         where c.workspace_id = $1 and c.program_id = $2 and c.created_at >= $3 and c.payment_id is not null
           and c.superseded_at is null
       ), partner as (
         select partner_id, count(*)::integer as payments, count(*) filter (where went_back)::integer as refunded
         from paid group by 1
       ), outlier as (
         select p.*, o.payments as others, o.refunded as others_refunded from partner p
         cross join lateral (
           select coalesce(sum(payments), 0)::integer as payments, coalesce(sum(refunded), 0)::integer as refunded
           from partner o where o.partner_id <> p.partner_id
         ) o
         where p.payments >= ${limits.refundPayments} and p.refunded * 100 >= p.payments * ${limits.refundPercent}
           and o.payments > 0 and p.refunded::numeric / p.payments >= 3 * o.refunded::numeric / o.payments
       )
       select c.id as "commissionId", o.payments, o.refunded, o.others, o.others_refunded
       from (${watched('refund_rate')}) c join outlier o on o.partner_id = c.partner_id
       where c.payment_id is not null`,
    ),
    words: ({ payments, refunded, others, others_refunded }) =>
      `${refunded} of the partner's ${payments} payments went back, but ${others_refunded} of the ${others} of all other partners`,
  },
  late_click: {
    statement: statement(
      'fraud.late_click',
      `select c.id as "commissionId", late.seconds, k.clicked_at, u.created_at as known_since
       from (${watched('late_click')}) c
       join lateral (${creditedClick}) credited on true
       join clicks k on k.workspace_id = c.workspace_id and k.click_id = credited.id
       join customers u on u.workspace_id = c.workspace_id and u.id = c.customer_id
         and u.created_at < k.clicked_at - interval '${limits.lateSeconds} seconds'
       join lateral (
         select extract(epoch from c.earned_at - k.clicked_at)::float as seconds
       ) late on late.seconds >= 0 and late.seconds < ${limits.lateSeconds}
       where c.payment_id is not null`,
    ),
    words: ({ seconds }) =>
      `The credited click came ${seconds} seconds before the payment, of a customer who was known before it`,
  },
};

/** What a rule finds among a program's commissions since then. Test events earn nothing, so none of them is found. */
export async function ask(
  sql: Sql,
  rule: FraudRule,
  program: { workspaceId: number; id: number },
  since: Date,
): Promise<Finding[]> {
  const { statement: asked, words } = rules[rule];
  const rows = await sql.query<Record<string, unknown>>(asked, [program.workspaceId, program.id, since]);
  return rows.map((row) => {
    const { commissionId, ...evidence } = row;
    return { commissionId: commissionId as bigint, reason: words(evidence), evidence: plain(evidence) };
  });
}

/** Figures as JSON can hold them. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

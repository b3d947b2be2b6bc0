// Clicks by the million, and customers known by a click and a lead, written straight into the tables.
import { randomBytes } from 'node:crypto';

const dayMs = 24 * 60 * 60 * 1000;
const monthsBack = 12;

/** Makes the partitions that a year of clicks goes to. */
export async function makePartitions(client) {
  const first = new Date(Date.now() - (monthsBack * 30 + 31) * dayMs).toISOString().slice(0, 10);
  await client.query('select ensure_click_partitions($1::date, current_date)', [first]);
}

/**
 * Loads clicks `from` to `to` (numbers): over a year, the recent months more than the old ones, over the programs and
 * their partners, three clicks to two visitors. Ids have the form of real ones, so that a look-up reads one partition.
 *
 * @param {{ id: number, partners: { partnerId: number, linkId: number }[] }[]} programs all with as many partners
 */
export async function loadClicks(client, programs, from, to) {
  const partnerIds = programs.map(({ partners }) => partners.map(({ partnerId }) => partnerId));
  const linkIds = programs.map(({ partners }) => partners.map(({ linkId }) => linkId));
  await client.query(
    `insert into clicks
       (workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, web_visitor, web_session, context)
     select 1, program_id,
       'clk_' || translate(rtrim(encode(
         int4send(program_id) || substring(int4send((extract(epoch from clicked_at) / 86400)::integer - case
           when extract(epoch from clicked_at)::bigint % 86400 >= 43200 then 1 else 0 end) from 3) || uuid_send(gen_random_uuid()),
         'base64'), '='), '+/', '-_'),
       clicked_at, ($4::integer[])[program][partner], ($3::integer[])[program][partner],
       'v_' || md5((program || '-' || n * 2 / 3)::text), 'w_' || md5((n * 2 / 3)::text), 's_' || md5(n::text),
       '{"landing_page":"https://www.northwind-outdoor.example/products/ridge-boot","referrer_host":"google.com","channel":"affiliate","country":"US","device":"desktop","browser":"Chrome","os":"Windows","language":"en-US"}'
     from (
       select n, 1 + n % array_length($2::integer[], 1) as program, 1 + (n / 7) % array_length($3::integer[], 2) as partner,
         date_trunc('second', now() - interval '1 minute' - power(random(), 1.5) * $1::integer * interval '30 days') as clicked_at
       from generate_series($5::integer, $6::integer - 1) as n
     ) as numbered,
     lateral (select ($2::integer[])[program] as program_id) as named`,
    [monthsBack, programs.map(({ id }) => id), partnerIds, linkIds, from, to],
  );
  await client.query('vacuum analyze clicks');
  // What the load left in memory is written now and not in the middle of a measurement.
  await client.query('checkpoint');
}

/** Customers of a program, each known by one of its clicks and a lead. Returns what names them. */
export async function makeCustomers(client, programId, count) {
  const batch = randomBytes(4).toString('hex');
  const { rows } = await client.query(
    `with chosen as (
       select distinct on (visitor) visitor, web_visitor, web_session, click_id, partner_id, clicked_at from clicks
       where workspace_id = 1 and program_id = $1
         and not exists (select from customer_visitors v where v.workspace_id = 1 and v.program_id = $1
           and v.kind = 'click' and v.visitor = clicks.visitor)
       order by visitor limit $2
     ), numbered as (
       select *, $3 || '-' || row_number() over () as key from chosen
     ), made as (
       insert into customers (workspace_id, program_id, customer_key, status, created_at, lead_at)
       select 1, $1, key, 'lead', clicked_at, clicked_at from numbered
       returning id, customer_key
     ), seen as (
       insert into customer_visitors (workspace_id, customer_id, program_id, kind, visitor, linked_at)
       select 1, made.id, $1, kind, case kind when 'click' then visitor else web_visitor end, clicked_at
       from made join numbered on key = customer_key, unnest(array['click', 'web']) as kind
     ), lead as (
       insert into leads (workspace_id, program_id, customer_id, customer_key, click_id, click_ids, web_visitor,
         web_session, partner_id, event_name, created_at)
       select 1, $1, made.id, key, click_id, array[click_id], web_visitor, web_session, partner_id, 'signup', clicked_at
       from made join numbered on key = customer_key
     )
     select made.id, key, click_id as "clickId", partner_id as "partnerId", clicked_at as "clickedAt"
     from made join numbered on key = customer_key`,
    [programId, count, batch],
  );
  await client.query('analyze customers; analyze customer_visitors; analyze leads');
  return rows;
}

/** Clicks of a program whose browsers belong to nobody yet: a sale that names one makes a customer. */
export async function findFreshClicks(client, programId, count) {
  const { rows } = await client.query(
    `select click_id from (
       select distinct on (visitor) visitor, click_id from clicks
       where workspace_id = 1 and program_id = $1
         and not exists (select from customer_visitors v where v.workspace_id = 1 and v.program_id = $1
           and v.kind = 'click' and v.visitor = clicks.visitor)
       order by visitor desc limit $2
     ) fresh`,
    [programId, count],
  );
  return rows.map((row) => row.click_id);
}

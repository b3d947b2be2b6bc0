import type { ClickHouse } from '../platform/index.ts';
import { visitsByDay } from './year.ts';

export interface DemoOrder {
  workspaceId: number;
  websiteId: string;
  programId: number;
  /** Who promotes it; none: nobody. */
  partnerIds: readonly number[];
  currency: string;
  seed: number;
  /** About as many are made in all parts together. */
  events: number;
  /** The last day of the year that is told, YYYY-MM-DD. */
  until: string;
  /** From 0. The days are shared out among the parts in order. */
  part: number;
  parts: number;
}

/** Measured: what a visit comes to on average, with its pages, its sign-up and all its renewals. */
const eventsPerVisit = 4.6;

/**
 * Makes the events of a part of the days: one statement, in which the engine reckons everything from the visit's number and
 * the seed. Returns how many; 0 where the part is there already.
 */
export async function insertDemoPart(clickhouse: ClickHouse, order: DemoOrder): Promise<number> {
  const days = visitsByDay(Math.round(order.events / eventsPerVisit), order.until);
  const [start, end] = [order.part, order.part + 1].map((part) =>
    Math.round((days.length * part) / order.parts),
  ) as [number, number];
  const ownDays = days.slice(start, end).filter(({ visits }) => visits > 0);
  const before = days.slice(0, start).reduce((sum, { visits }) => sum + visits, 0);
  const count = ownDays.reduce((sum, { visits }) => sum + visits, 0);
  const [first, last] = [ownDays[0]?.day, ownDays.at(-1)?.day];
  if (first === undefined || last === undefined) return 0;
  const params = { workspaceId: order.workspaceId, websiteId: order.websiteId };
  const own = 'workspace_id = {workspaceId:UInt32} and website_id = {websiteId:String}';
  const [known] = await clickhouse.rows<{ id: string }>(
    `select event_id as id from events
     where ${own} and type = 'visit' and startsWith(event_id, {prefix:String})
       and occurred_at >= toDateTime64({first:String}, 3, 'UTC') and occurred_at < toDateTime64({last:String}, 3, 'UTC') + interval 1 day
     limit 1`,
    { ...params, prefix: prefixOf(order), first: `${first} 00:00:00`, last: `${last} 00:00:00` },
  );
  if (known !== undefined) return 0;
  const countAll = async () => {
    const [row] = await clickhouse.rows<{ events: string }>(
      `select count() as events from events where ${own}`,
      params,
    );
    return Number(row?.events ?? 0);
  };
  const there = await countAll();
  await clickhouse.command(statementOf(order, ownDays, before, count));
  return (await countAll()) - there;
}

const prefixOf = ({ seed, part }: DemoOrder) => `demo-${seed}-${part}-`;

/** Cumulated shares of a thousand, and what each begins. */
function shares<Value extends string | number>(told: readonly (readonly [Value, number])[]) {
  const whole = told.reduce((sum, [, weight]) => sum + weight, 0);
  let reached = 0;
  const starts = told.map(([, weight]) => {
    const start = Math.round((1000 * reached) / whole);
    reached += weight;
    return start;
  });
  const values = told.map(([value]) => (typeof value === 'number' ? value : `'${value}'`));
  return { starts: `[${starts.join(',')}]`, values: `[${values.join(',')}]` };
}

/** One of several values, by their weights, from a number below a thousand. */
const oneOf = (told: readonly (readonly [string | number, number])[], thousandth: string) => {
  const { starts, values } = shares(told);
  const none = typeof told[0]?.[0] === 'number' ? 'toUInt8(0)' : "''";
  return `transform(roundDown(${thousandth}, ${starts}), ${starts}, ${values}, ${none})`;
};

const hours: [number, number][] = [
  3, 2, 2, 2, 2, 3, 5, 9, 14, 18, 20, 20, 18, 19, 20, 20, 18, 16, 14, 14, 13, 11, 8, 5,
].map((weight, hour) => [hour, weight]);

const channels = [
  ['direct', 22],
  ['organic_search', 34],
  ['paid_search', 12],
  ['email', 8],
  ['organic_social', 8],
  ['referral', 8],
  ['affiliate', 8],
] as const;

/** By channel: what a visit says of where it comes from. */
const sources: Record<string, readonly string[]> = {
  organic_search: ['google', 'google', 'google', 'bing', 'duckduckgo'],
  paid_search: ['google', 'google', 'bing'],
  email: ['newsletter', 'newsletter', 'onboarding'],
  organic_social: ['linkedin', 'x', 'reddit', 'youtube'],
  referral: ['producthunt.example', 'blog.example', 'forum.example', 'news.example'],
};

const countries = [
  ['US', 38],
  ['DE', 11],
  ['GB', 10],
  ['FR', 6],
  ['IN', 6],
  ['CA', 5],
  ['NL', 4],
  ['AU', 4],
  ['BR', 3],
  ['ES', 3],
  ['SE', 2],
  ['PL', 2],
  ['JP', 2],
  ['', 2],
] as const;

const landings = [
  '/',
  '/pricing',
  '/features',
  '/customers',
  '/compare',
  '/integrations',
  '/templates',
  '/webinar',
];
const pages = [
  '/pricing',
  '/',
  '/docs',
  '/features',
  '/sign-up',
  '/blog',
  '/customers',
  '/changelog',
  '/integrations',
];

/** The page of a rank as SQL: the first have names, of the others there are many. */
function pathOf(names: readonly string[], others: string, rank: string): string {
  const list = names.map((name) => `'${name}'`).join(', ');
  return `if(${rank} < ${names.length}, [${list}][${rank} + 1], concat('${others}', toString(${rank})))`;
}

function statementOf(
  order: DemoOrder,
  days: readonly { day: string; visits: number }[],
  before: number,
  count: number,
) {
  const { seed, currency, partnerIds } = order;
  let reached = 0;
  const dayStarts = days.map(({ visits }) => {
    const start = reached;
    reached += visits;
    return start;
  });
  const starts = `[${dayStarts.map((start) => `toUInt64(${start})`).join(',')}]`;
  const dayList = `[${days.map(({ day }) => `toUInt32(${Date.parse(`${day}T00:00:00Z`) / 1000})`).join(',')}]`;
  const endSeconds = Date.parse(`${order.until}T00:00:00Z`) / 1000 + 86_400;
  const chance = (salt: number) => `(cityHash64(${seed}, v, ${salt}) % 1000)`;
  const sourceOf = Object.entries(sources)
    .map(
      ([channel, list]) =>
        `channel = '${channel}', [${list.map((one) => `'${one}'`).join(',')}][h2 % ${list.length} + 1]`,
    )
    .join(', ');
  const partners =
    partnerIds.length === 0 ? '[toUInt32(0)]' : `[${partnerIds.map((id) => `toUInt32(${id})`).join(',')}]`;
  // Told once a visit: everything that its events share, and how many of each there are.
  const visits = `
    select ${before} + number as v,
      cityHash64(${seed}, v) as h1, cityHash64(h1, 2) as h2, cityHash64(h1, 3) as h3,
      toUInt32(transform(roundDown(number, ${starts}), ${starts}, ${dayList}, toUInt32(0))
        + 3600 * ${oneOf(hours, 'h1 % 1000')} + h2 % 3600) as began,
      ${oneOf(channels, 'intDiv(h1, 1000) % 1000')} as channel,
      multiIf(${sourceOf}, '') as source,
      multiIf(channel = 'paid_search', 'cpc', channel = 'email', 'email', channel = 'affiliate', 'affiliate', '') as medium,
      if(channel in ('paid_search', 'email', 'organic_social') and h3 % 10 < 8,
        concat(['brand', 'launch', 'spring', 'autumn', 'winback', 'webinar', 'feature', 'price'][intDiv(h3, 10) % 8 + 1], '-',
          toString(toMonth(toDateTime(began, 'UTC')))), '') as campaign,
      ${oneOf(countries, 'intDiv(h2, 4000) % 1000')} as country,
      ${oneOf(
        [
          ['desktop', 58],
          ['mobile', 36],
          ['tablet', 6],
        ],
        'intDiv(h1, 1000000) % 1000',
      )} as device,
      if(device = 'desktop', ['Chrome', 'Chrome', 'Chrome', 'Edge', 'Firefox', 'Safari'], ['Chrome', 'Mobile Safari', 'Mobile Safari', 'Samsung Internet'])[h3 % if(device = 'desktop', 6, 4) + 1] as browser,
      if(device = 'desktop', ['Windows', 'Windows', 'Mac OS', 'Linux'], ['Android', 'iOS', 'iOS', 'Android'])[intDiv(h3, 100) % 4 + 1] as os,
      -- Seven in twenty visits are of somebody who was here before.
      toUInt8(v % 20 >= 13 and v >= 20) as is_back,
      if(is_back, intDiv(v, 20) * 20 - 20 * (1 + h3 % least(900, greatest(1, intDiv(v, 20)))) + intDiv(h3, 1000) % 13, v) as who,
      toUInt32(floor(60 * pow((h2 % 10007) / 10007, 2))) as landing,
      toUInt8(1 + least(7, floor(-2.6 * log((h3 % 9973 + 1) / 9974)))) as pages,
      toUInt8(channel = 'affiliate') as is_affiliate,
      if(is_affiliate, ${partners}[intDiv(h3, 7) % ${Math.max(1, partnerIds.length)} + 1], toUInt32(0)) as partner,
      -- The funnel: who reads on signs up, and who signs up may pay; more of them from letters and partners.
      toUInt8(pages >= 2 and ${chance(11)} < 90) as signs_up,
      toUInt8(signs_up and ${chance(12)} < if(channel in ('email', 'affiliate'), 260, 160)) as pays,
      [2900, 7900, 19900][least(3, 1 + intDiv(${chance(13)}, 550) + intDiv(${chance(13)}, 900))] as price,
      toUInt8(${chance(14)} < 200) as is_annual,
      -- One in twelve leaves each month.
      if(pays, least(if(is_annual, 0, 24), toUInt8(floor(-12 * log((${chance(15)} + 1) / 1001)))), 0) as renewals,
      toUInt8(pays and ${chance(16)} < 40) as is_refunded
    from numbers_mt(${count})`;
  // kind, seconds after the visit began, and which one of its kind
  const told = `arrayFilter(one -> began + one.2 < ${endSeconds}, arrayConcat(
      [('visit', toUInt32(0), toUInt16(0))],
      arrayMap(n -> ('pageview', toUInt32(n * (15 + cityHash64(h1, n) % 90)), toUInt16(n)), range(pages)),
      if(h2 % 10 < 4, [('custom', toUInt32(12), toUInt16(0))], []),
      if(partner != 0, [('click', toUInt32(1), toUInt16(0))], []),
      if(signs_up, [('lead', toUInt32(pages * 60), toUInt16(0))], []),
      arrayMap(n -> ('payment', toUInt32(pages * 60 + 300 + n * 2629800), toUInt16(n)), range(if(pays, renewals + 1, 0))),
      if(partner != 0, arrayMap(n -> ('commission', toUInt32(pages * 60 + 300 + n * 2629800), toUInt16(n)), range(if(pays, renewals + 1, 0))), []),
      if(is_refunded, [('refund', toUInt32(432000), toUInt16(0))], []),
      if(is_refunded and partner != 0, [('commission', toUInt32(432000), toUInt16(99))], [])))`;
  const isMoney = "type in ('payment', 'refund', 'commission')";
  const carries = "type not in ('pageview', 'custom')";
  const charge = 'price * if(is_annual, 10, 1)';
  return `insert into events
    (workspace_id, program_id, website_id, event_id, type, name, occurred_at, visit_day, visitor_id, session_id, customer_id,
     hostname, path, referrer_host, landing_page, source, medium, campaign, channel, country, device, browser, os, partner_id, link_id,
     payment_id, amount, currency, commission, product, plan, is_returning)
    select ${order.workspaceId}, ${order.programId}, '${order.websiteId}', concat('${prefixOf(order)}', toString(v), '-', one.1, toString(one.3)),
      one.1 as type, if(type = 'custom', ['play_video', 'open_pricing', 'copy_code'][h3 % 3 + 1], ''),
      fromUnixTimestamp64Milli(toInt64(began + one.2) * 1000 + toInt64(cityHash64(h1, one.2) % 1000)) as happened,
      if(type in ('pageview', 'custom'), toDate(toDateTime(began, 'UTC')), toDate(happened)),
      concat('dv', toString(who)), concat('ds', toString(v)),
      if(${isMoney} or type = 'lead', 1000000000 + v, 0),
      if(type = 'pageview', 'shop.example', ''),
      multiIf(type = 'pageview' and one.3 = 0, ${pathOf(landings, '/blog/', 'landing')},
        type = 'pageview', ${pathOf(pages, '/docs/', 'toUInt32(floor(200 * pow((cityHash64(h2, one.3) % 10007) / 10007, 3)))')}, ''),
      if(${carries} and channel = 'referral', source, ''),
      if(${carries}, concat('https://shop.example', ${pathOf(landings, '/blog/', 'landing')}), ''),
      if(${carries}, source, ''), if(${carries}, medium, ''), if(${carries}, campaign, ''), if(${carries}, channel, ''),
      country, device, browser, os,
      if(${carries}, partner, 0), if(${carries}, partner, 0),
      if(${isMoney}, (1000000000 + v) * 32 + one.3 % 32, 0),
      if(type in ('payment', 'refund'), ${charge}, 0),
      if(${isMoney}, '${currency}', ''),
      if(type = 'commission', intDiv(${charge}, 5) * if(one.3 = 99, -1, 1), 0),
      if(${isMoney}, ['starter', 'team', 'company'][indexOf([2900, 7900, 19900], price)], ''),
      if(${isMoney}, if(is_annual, 'annual', 'monthly'), ''),
      multiIf(type = 'visit', is_back, type = 'payment', one.3 > 0, 0)
    from (${visits})
    array join ${told} as one
    settings max_partitions_per_insert_block = 0, max_insert_threads = 2, async_insert = 0`;
}

// A past for bench/models.mjs, put into the files of a ClickHouse that nobody has open.
// By itself: node bench/models-data.mjs <data directory> <program> <payments>
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Session } from 'chdb';

export const days = 90;

/**
 * Customers with one to eight visits before a payment, through nine channels, direct more often towards the end; a
 * sign-up that joins browser and customer; and as many people again who came and did not pay.
 */
async function load(dataDir, programId, count) {
  const session = new Session(join(dataDir, 'clickhouse'));
  const visits = `1 + cityHash64(number, 'visits') % 4 + if(cityHash64(number, 'many') % 5 = 0, 4, 0)`;
  const paidAt = `now64(3, 'UTC') - toIntervalSecond(cityHash64(number, 'paid') % ${days * 86_400 - 7200} + 3600)`;
  const channels = `['direct','organic_search','paid_search','email','affiliate','social','referral','display','video']`;
  const own = `1 as workspace_id, ${programId} as program_id`;
  const insert = (columns, rows) =>
    session.queryAsync(
      `insert into headwater.events (workspace_id, program_id, event_id, ${columns}) ${rows}`,
    );
  try {
    for (const [kind, paid] of [
      ['payer', true],
      ['looker', false],
    ]) {
      await insert(
        'type, occurred_at, visitor_id, session_id, channel, source, partner_id',
        `select ${own}, concat('${kind}', toString(number), '-', toString(visit)), 'visit',
           ${paidAt} - toIntervalSecond(cityHash64(number, visit, 'age') % (86400 * 25)),
           concat('${kind}', toString(number)), concat('${kind}', toString(number), '-', toString(visit)),
           ${channels}[1 + cityHash64(number, visit, 'channel') % 9] as channel, channel,
           if(channel = 'affiliate', 1 + number % 50, 0)
         from (select number, arrayJoin(range(${paid ? visits : '1 + number % 2'})) as visit from numbers(${count}))`,
      );
    }
    await insert(
      'type, occurred_at, visitor_id, customer_id',
      `select ${own}, concat('lead', toString(number)), 'lead', ${paidAt}, concat('payer', toString(number)), number + 1
       from numbers(${count})`,
    );
    await insert(
      'type, occurred_at, customer_id, payment_id, amount, currency, channel',
      `select ${own}, concat('payment', toString(number)), 'payment', ${paidAt}, number + 1, number + 1,
         [900, 1900, 2900, 4900, 9900, 19900][1 + cityHash64(number, 'price') % 6], 'USD', 'email'
       from numbers(${count})`,
    );
  } finally {
    session.close?.();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dataDir, programId, count] = process.argv.slice(2);
  await load(dataDir, Number(programId), Number(count));
  process.exit(0);
}

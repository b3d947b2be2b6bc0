// `npm run trace`: sends a click, a lead and a sale through a running server, and shows each room they passed with what
// was stored there. Everything printed is asked of the server afterwards. For newcomers: read it beside ARCHITECTURE.md.
import { randomBytes } from 'node:crypto';
import { ask, call, findManagementKey, Refused } from './management-api.mjs';
import { act, fact, join, money, room, say, tellPayment } from './trace-words.mjs';

const url = (process.env.HEADWATER_URL?.trim() || 'http://localhost:3000').replace(/\/+$/, '');
const key = findManagementKey();
const reportPatienceMs = 15_000;
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

try {
  if (!(await isThere())) {
    throw new Error(
      `Nothing answers at ${url}. Start it in another terminal with npm start, or set HEADWATER_URL.`,
    );
  }
  if (key === undefined) {
    throw new Error(
      'There is no management key: set HEADWATER_BOOTSTRAP_KEY, or HEADWATER_DATA_DIR to the server’s.',
    );
  }
  await trace();
} catch (error) {
  if (error instanceof Refused && error.status === 401) error.message += `. Is the key that of ${url}?`;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function isThere() {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3000) }).then(
    (response) => response.ok,
    () => false,
  );
}

async function trace() {
  const { program, partner } = await prepareProgram();
  const list = async (name) =>
    (await ask(url, key, 'GET', `/api/v1/programs/${program.id}/${name}?limit=50`)).data;
  const customerKey = `trace_${randomBytes(4).toString('hex')}`;
  const before = await readReport(program, partner);
  say(`\nThrough ${url}, in program ${program.id} (${program.name}), by the link of partner ${partner.id}`);

  act('A visitor follows the link');
  const link = partner.links[0].url;
  const browser = { page_url: link, referrer_url: 'https://blog.example/review', user_agent: userAgent };
  const { click_id } = await send('/track/click', { affiliate_url: link, ...browser });
  const click = (await list('clicks')).find(({ id }) => id === click_id);
  room('touches', 'gathers clicks into one commit; the answer waits for the disk');
  fact('click', click.id);
  fact('from', join(`channel ${click.channel}`, click.referrer));
  fact('landed on', click.landing_page);
  fact('with', join(click.browser, click.os, click.device));

  act('The visitor signs up');
  const email = `${customerKey}@example.com`;
  await send('/track/lead', { click_id, customer_key: customerKey, email }, program.token);
  const lead = (await list('leads')).find((one) => one.customer_key === customerKey);
  room('customers', 'ties the click, the customer key and the hashed email to one customer');
  fact(
    'customer',
    `${lead.customer_id}, key ${lead.customer_key}, email kept as ${lead.email_masked} and a hash`,
  );
  fact('lead', `${lead.id}, by partner ${lead.partner_id}`);

  act('The customer pays');
  const payment = { transaction_id: `tx_${customerKey}`, customer_key: customerKey, amount_cents: 4900 };
  const sale = await send('/track/sale', payment, program.token);
  tellPayment((await ask(url, key, 'GET', `/api/v1/payments/${sale.sale_id}/explain`)).data);

  const after = await waitForReport(program, partner, before);
  room('outbox', 'every event was written in the commit that made it; a shipper takes them to ClickHouse');
  fact(
    'shipped',
    `${after.shipped - before.shipped} events since this began; the oldest waiting one is ${after.lagSeconds} s old`,
  );
  room('reports', 'asks ClickHouse');
  fact('before', describeRow(before.row, program.currency));
  fact('after', describeRow(after.row, program.currency));
  if (after.row.payments === before.row.payments) {
    throw new Error(`The payment is stored, but not in the report after ${reportPatienceMs / 1000} s.`);
  }
  say(`\nThe whole explanation: GET ${url}/api/v1/payments/${sale.sale_id}/explain\n`);
}

/** The program “Trace” with one partner, made on the first run. A token is shown once only, so a later run takes a new one. */
async function prepareProgram() {
  const create = async (path, body) => (await ask(url, key, 'POST', `/api/v1/programs${path}`, body)).data;
  const commission = { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 };
  const program =
    (await findProgram()) ?? (await create('', { name: 'Trace', domain: 'trace.example', commission }));
  const token = program.api_token ?? (await create(`/${program.id}/regenerate-token`, {})).api_token;
  const [known] = (await ask(url, key, 'GET', `/api/v1/programs/${program.id}/partners`)).data;
  const partner = known ?? (await create(`/${program.id}/partners`, { name: 'Tracer' }));
  return { program: { ...program, token }, partner };
}

async function findProgram() {
  let cursor = '';
  do {
    const page = await ask(
      url,
      key,
      'GET',
      `/api/v1/programs?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    const found = page.data.find(({ name, status }) => name === 'Trace' && status === 'active');
    if (found !== undefined) return found;
    cursor = page.next_cursor;
  } while (cursor);
  return undefined;
}

/** Sends one event as a company would, and says how it was received. */
async function send(path, body, token) {
  const { status, answer, milliseconds, requestId } = await call(url, token, 'POST', `/api/v1${path}`, body);
  room('http', 'checks the request against its schema, and who may ask');
  fact('request', `POST /api/v1${path}`);
  fact('answer', `${status} in ${milliseconds.toFixed(0)} ms: ${answer.message ?? JSON.stringify(answer)}`);
  fact('request id', requestId);
  if (status !== 200) throw new Refused('POST', path, status, answer);
  return answer;
}

/** What the world outside can see of the way to the report: the partner's row of today, how far it lags, what was shipped. */
async function readReport(program, partner) {
  const day = new Date().toISOString().slice(0, 10);
  const path = `/api/v1/reports/revenue?by=partner&program_id=${program.id}&from=${day}&to=${day}`;
  const { rows, lag_seconds } = (await ask(url, key, 'GET', path)).data;
  const row = rows.find((one) => one.key === String(partner.id));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const shipped = Number(/^headwater_shipped_total (\d+)/m.exec(metrics)?.[1] ?? 0);
  return {
    row: row ?? { payments: 0, revenue_cents: 0, commission_cents: 0 },
    lagSeconds: lag_seconds,
    shipped,
  };
}

async function waitForReport(program, partner, before) {
  const deadline = Date.now() + reportPatienceMs;
  for (;;) {
    const report = await readReport(program, partner);
    if (report.row.payments > before.row.payments || Date.now() > deadline) return report;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function describeRow({ payments, revenue_cents, commission_cents }, currency) {
  return `${payments} payments, revenue ${money(revenue_cents, currency)}, commission ${money(commission_cents, currency)}`;
}

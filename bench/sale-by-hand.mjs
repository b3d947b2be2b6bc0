// What a sale is compared with: the rows of one sale written by a hand-made transaction, nine statements between begin
// and commit, straight on a connection. No HTTP, no checks, nothing looked up: the amounts and ids are made up.
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const statements = {
  key: `insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
    values (1, $1, false, $2, nextval(pg_get_serial_sequence('payments', 'id'))) returning payment_id`,
  payment: `insert into payments (id, workspace_id, program_id, customer_id, transaction_id, source, amount_minor,
      currency, occurred_at, received_at)
    overriding system value values ($1, 1, $2, $3, $4, 'sale', $5, 'USD', $6, $6)`,
  customer: `update customers set status = 'conversion', converted_at = coalesce(converted_at, $2),
      bound_payment_id = coalesce(bound_payment_id, $3)
    where workspace_id = 1 and id = $1`,
  attribution: `insert into attributions (workspace_id, payment_id, decision, attributed, model, window_days, method,
      evidence, candidates, credits, arithmetic, policy_id, cause, decided_at)
    values (1, $1, 1, true, 'last_click', 60, 'customer_key', $2, $3, $4, $5, $6, 'recorded', $7)`,
  commission: `with commission as (
      insert into commissions (workspace_id, program_id, partner_id, customer_id, payment_id, policy_id, type,
        amount_minor, currency, hold_until, approval, earned_at, created_at)
      values (1, $1, $2, $3, $4, $5, 'cps_recurring', $6, 'USD', $7, 'automatic', $8, $8) returning id
    ), hold as (
      insert into commission_holds (workspace_id, commission_id, due_at) select 1, id, $7 from commission
    )
    select id from commission`,
  transaction: `insert into ledger_transactions (workspace_id, program_id, kind, payment_id, posted_at)
    values (1, $1, 'payment', $2, $3) returning id`,
  entries: `insert into ledger_entries (workspace_id, transaction_id, program_id, partner_id, account, currency,
      amount_minor, commission_id, payment_id, posted_at)
    values (1, $1, $2, null, 'customer_receipts', 'USD', $3::bigint, null, $4, $5),
      (1, $1, $2, null, 'revenue_attributed', 'USD', -$3::bigint, null, $4, $5),
      (1, $1, $2, $6, 'commission_expense', 'USD', $7::bigint, $8, $4, $5),
      (1, $1, $2, $6, 'partner_pending', 'USD', -$7::bigint, $8, $4, $5)`,
  visit: `insert into payment_visits (workspace_id, payment_id, matched_by, context, matched_at)
    values (1, $1, 'click', $2, $3)`,
  events: 'insert into event_batches (events, payload) values (2, $1)',
};

const context = {
  landing_page: 'https://www.northwind-outdoor.example/products/ridge-boot',
  referrer_host: 'google.com',
  channel: 'affiliate',
  country: 'US',
  device: 'desktop',
  browser: 'Chrome',
  os: 'Windows',
  language: 'en-US',
};

/** Opens connections and answers with the act of recording a sale on the `worker`-th of them. */
export async function openByHand(databaseUrl, connections, { programId, policyId }) {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client(databaseUrl);
      await client.connect();
      return client;
    }),
  );
  const run = (client, name, values) =>
    client.query({ name: `by_hand_${name}`, text: statements[name], values });

  async function recordSale(worker, { id: customerId, clickId, partnerId, clickedAt }, amount) {
    const client = clients[worker];
    const now = new Date();
    const transactionId = randomUUID();
    const commission = Math.round(amount / 5);
    await client.query('begin');
    const key = await run(client, 'key', [`p${programId}`, transactionId]);
    const paymentId = key.rows[0].payment_id;
    await run(client, 'payment', [paymentId, programId, customerId, transactionId, amount, now]);
    await run(client, 'customer', [customerId, now, paymentId]);
    await run(client, 'attribution', [
      paymentId,
      JSON.stringify([
        { kind: 'customer_key', value: String(customerId), at: now },
        { kind: 'click', value: clickId, at: clickedAt },
      ]),
      JSON.stringify([{ clickId, partnerId, clickedAt, ageDays: 3, outcome: 'won', reason: null }]),
      JSON.stringify([{ clickId, partnerId, weight: 1 }]),
      JSON.stringify([
        { step: 'base', text: `${amount}`, result: amount },
        { step: 'commission', text: `${amount} × 2000 / 10000`, result: commission },
      ]),
      policyId,
      now,
    ]);
    const hold = new Date(now.getTime() + 15 * 24 * 60 * 60 * 1000);
    const earned = await run(client, 'commission', [
      programId,
      partnerId,
      customerId,
      paymentId,
      policyId,
      commission,
      hold,
      now,
    ]);
    const posted = await run(client, 'transaction', [programId, paymentId, now]);
    await run(client, 'entries', [
      posted.rows[0].id,
      programId,
      amount,
      paymentId,
      now,
      partnerId,
      commission,
      earned.rows[0].id,
    ]);
    await run(client, 'visit', [paymentId, JSON.stringify(context), now]);
    const told = {
      ...context,
      workspace_id: 1,
      program_id: programId,
      event_id: randomUUID(),
      occurred_at: now,
      payment_id: Number(paymentId),
      customer_id: Number(customerId),
      currency: 'USD',
    };
    await run(client, 'events', [
      [
        JSON.stringify({ ...told, type: 'payment', partner_id: partnerId, click_id: clickId, amount }),
        JSON.stringify({
          ...told,
          event_id: randomUUID(),
          type: 'commission',
          partner_id: partnerId,
          commission,
        }),
      ].join('\n'),
    ]);
    await client.query('commit');
  }
  return { recordSale, close: () => Promise.all(clients.map((client) => client.end())) };
}

// A month of payments that partners brought, with everything that follows from them, written straight into the tables.

/**
 * Loads `count` attributed payments over the 30 days before `end`, one after the other over the partners: customers, keys,
 * decisions, commissions on hold, fees, and the ledger's entries. Amounts are such that nothing needs rounding.
 *
 * @param {{ programId: number, partnerIds: number[], end: Date, count: number, holdDays: number, withBooks?: boolean }} month
 *   a fifth of each payment is its partner's, 3.5 % the platform's; without books nothing stands in the ledger, six entries a
 *   payment, for what is measured where nobody looks there
 */
export async function loadMonth(client, { programId, partnerIds, end, count, holdDays, withBooks = true }) {
  await client.query('begin');
  await client.query(
    `create temp table month on commit drop as
     select n, nextval(pg_get_serial_sequence('payments', 'id')) as payment_id,
       nextval(pg_get_serial_sequence('commissions', 'id')) as commission_id,
       nextval(pg_get_serial_sequence('ledger_transactions', 'id')) as transaction_id,
       null::bigint as customer_id, ($1::integer[])[1 + n % cardinality($1::integer[])] as partner_id,
       2000 * (1 + n::bigint * 7919 % 25) as amount,
       $2::timestamptz - interval '30 days' + n * (interval '30 days' / $3::integer) as at
     from generate_series(0, $3::integer - 1) as n`,
    [partnerIds, end, count],
  );
  // Four payments a customer.
  await client.query(
    `with made as (
       insert into customers (workspace_id, program_id, customer_key, status, created_at, converted_at)
       select 1, $1, 'customer-' || n / 4, 'conversion', at, at from month where n % 4 = 0
       returning id, customer_key
     )
     update month set customer_id = made.id from made where made.customer_key = 'customer-' || n / 4`,
    [programId],
  );
  const inserts = [
    `insert into payments (workspace_id, id, program_id, customer_id, transaction_id, source, amount_minor, currency,
       occurred_at, received_at) overriding system value
     select 1, payment_id, $1, customer_id, 'txn-' || n, 'sale', amount, 'USD', at, at from month`,
    `insert into payment_keys (workspace_id, scope, is_test, key, payment_id)
     select 1, 'p' || $1::integer, false, 'txn-' || n, payment_id from month`,
    `insert into attributions (workspace_id, payment_id, decision, attributed, model, window_days, method, evidence,
       candidates, credits, arithmetic, policy_id, cause, decided_at)
     select 1, payment_id, 1, true, 'last_click', 60, 'customer_key', '[]', '[]',
       json_build_array(json_build_object('clickId', null, 'partnerId', partner_id, 'weight', 1)), '[]',
       (select id from policies where program_id = $1), 'recorded', at from month`,
    `insert into commissions (workspace_id, id, program_id, partner_id, customer_id, payment_id, policy_id, type,
       amount_minor, currency, hold_until, approval, earned_at, created_at) overriding system value
     select 1, commission_id, $1, partner_id, customer_id, payment_id, (select id from policies where program_id = $1),
       'cps_lifetime', amount / 5, 'USD', at + ${holdDays} * interval '24 hours', 'automatic', at, at from month`,
    `insert into commission_holds (workspace_id, commission_id, due_at)
     select 1, commission_id, at + ${holdDays} * interval '24 hours' from month where $1 > 0`,
    `insert into fees (workspace_id, payment_id, program_id, bps, amount_minor, currency, revenue_before_minor)
     select 1, payment_id, $1, 350, amount * 350 / 10000, 'USD', 0 from month`,
    `insert into ledger_transactions (workspace_id, id, program_id, kind, payment_id, posted_at) overriding system value
     select 1, transaction_id, $1, 'payment', payment_id, at from month`,
    `insert into ledger_entries (workspace_id, transaction_id, program_id, partner_id, account, currency, amount_minor,
       commission_id, payment_id, posted_at)
     select 1, transaction_id, $1, case when of_partner then partner_id end, account, 'USD', minor,
       case when of_partner then commission_id end, payment_id, at
     from month cross join lateral (values
       ('customer_receipts', amount, false), ('revenue_attributed', -amount, false),
       ('commission_expense', amount / 5, true), ('partner_pending', -amount / 5, true),
       ('fee_expense', amount * 350 / 10000, false), ('fee_payable', -amount * 350 / 10000, false)
     ) as entry(account, minor, of_partner)`,
  ];
  const wanted = withBooks ? inserts : inserts.filter((insert) => !insert.includes('into ledger_'));
  for (const insert of wanted) await client.query(insert, [programId]);
  await client.query('commit');
  await client.query('vacuum analyze');
  // What the load left in memory is written now and not in the middle of a measurement.
  await client.query('checkpoint');
}

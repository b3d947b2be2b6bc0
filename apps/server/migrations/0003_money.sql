-- Payments, their attribution, commissions, fees, refunds, and the ledger under them.
-- Takes no lock on existing tables: everything here is new.

-- The facts of a payment, as received. Never changed afterwards: what was decided about it stands in
-- attributions, commissions and fees; what came back in refunds.
create table payments (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  program_id integer,
  website_id text,
  customer_id bigint,
  transaction_id text not null,
  source text not null,
  amount_minor bigint not null check (amount_minor between 1 and 1000000000000),
  currency text not null,
  tax_minor bigint not null default 0 check (tax_minor >= 0),
  shipping_minor bigint not null default 0 check (shipping_minor >= 0),
  sale_type text not null default 'payment' check (sale_type in ('payment', 'subscription')),
  is_recurring boolean not null default false,
  subscription_id text,
  subscription_interval text,
  product_id text,
  line_items json,
  additional_data json,
  email_hash bytea,
  is_test boolean not null default false,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  primary key (workspace_id, id),
  unique (id),
  check (tax_minor + shipping_minor <= amount_minor)
);
create index payments_program on payments (workspace_id, program_id, occurred_at, id);
create index payments_customer on payments (workspace_id, customer_id, occurred_at) where customer_id is not null;
create index payments_subscription on payments (workspace_id, customer_id, subscription_id) where subscription_id is not null;

-- Every id a payment is known by. One (scope, key) is one payment, for ever: the unique key is what makes
-- a payment count once, from whichever door and under any concurrency. scope: 'p' || program or 'w' || website.
create table payment_keys (
  workspace_id integer not null,
  scope text not null,
  is_test boolean not null,
  key text not null,
  payment_id bigint not null,
  primary key (workspace_id, scope, is_test, key)
);
create index payment_keys_payment on payment_keys (workspace_id, payment_id);

-- The visit half: the context of the visit that brought the payment.
create table payment_visits (
  workspace_id integer not null,
  payment_id bigint not null,
  visitor_id text,
  session_id text,
  -- session: named by the caller; identity: the customer's own visit; click: the credited click's landing
  matched_by text not null check (matched_by in ('session', 'identity', 'click')),
  context json not null,
  matched_at timestamptz not null,
  primary key (workspace_id, payment_id),
  foreign key (workspace_id, payment_id) references payments
);

-- The partner half: each decision about a payment. The latest is in force; earlier ones stay readable.
create table attributions (
  workspace_id integer not null,
  payment_id bigint not null,
  decision integer not null,
  attributed boolean not null,
  reason text,
  model text not null,
  window_days integer not null,
  method text,
  click_age_days integer,
  evidence json not null,
  candidates json not null,
  credits json not null,
  arithmetic json not null,
  policy_id integer,
  cause text not null,
  decided_at timestamptz not null,
  primary key (workspace_id, payment_id, decision),
  foreign key (workspace_id, payment_id) references payments
);

create table commissions (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  partner_id integer not null,
  customer_id bigint,
  payment_id bigint,
  click_id text,
  lead_id bigint,
  policy_id integer not null,
  type text not null check (type in ('cpc', 'cpl', 'cps_one_time', 'cps_recurring', 'cps_lifetime')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  hold_until timestamptz not null,
  approval text not null,
  earned_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, policy_id) references policies,
  foreign key (workspace_id, payment_id) references payments,
  foreign key (workspace_id, program_id, partner_id) references enrollments
);
create unique index commissions_payment on commissions (workspace_id, payment_id, partner_id) where payment_id is not null;
-- one fixed commission per customer for a lead (under linear its shares, one a partner)
create unique index commissions_lead on commissions (workspace_id, program_id, customer_id, partner_id) where type = 'cpl';
create unique index commissions_click on commissions (workspace_id, click_id) where type = 'cpc';
create index commissions_program on commissions (workspace_id, program_id, id);
create index commissions_customer on commissions (workspace_id, customer_id) where customer_id is not null;

-- The to-do list of the release job: commissions that become approved by themselves when their hold is over.
create table commission_holds (
  workspace_id integer not null,
  commission_id bigint not null,
  due_at timestamptz not null,
  primary key (workspace_id, commission_id),
  foreign key (workspace_id, commission_id) references commissions
);
create index commission_holds_due on commission_holds (due_at);

create table fees (
  workspace_id integer not null,
  payment_id bigint not null,
  program_id integer not null,
  bps integer not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  -- the program's attributed revenue before this payment, net of refunds, in USD-equivalent cents
  revenue_before_minor bigint not null,
  primary key (workspace_id, payment_id),
  foreign key (workspace_id, payment_id) references payments
);

-- Money going back. A new fact, never an edit of the payment.
create table refunds (
  workspace_id integer not null,
  id bigint generated always as identity,
  program_id integer not null,
  payment_id bigint,
  refund_key text,
  source text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  reason text,
  is_test boolean not null default false,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index refunds_key on refunds (workspace_id, payment_id, refund_key) where refund_key is not null and not is_test;
create index refunds_payment on refunds (workspace_id, payment_id);

-- The ledger. Each transaction is posted by one statement, and its entries sum to zero per currency.
create table ledger_transactions (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  program_id integer not null,
  kind text not null,
  payment_id bigint,
  posted_at timestamptz not null,
  primary key (workspace_id, id)
);
create index ledger_transactions_payment on ledger_transactions (workspace_id, payment_id) where payment_id is not null;

create table ledger_entries (
  workspace_id integer not null,
  id bigint generated always as identity,
  transaction_id bigint not null,
  program_id integer not null,
  partner_id integer,
  account text not null,
  currency text not null,
  -- debits are positive, credits negative
  amount_minor bigint not null check (amount_minor <> 0),
  commission_id bigint,
  payment_id bigint,
  posted_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, transaction_id) references ledger_transactions
);
create index ledger_entries_transaction on ledger_entries (workspace_id, transaction_id);
-- serves: balances of an account
create index ledger_entries_account on ledger_entries (workspace_id, program_id, account, currency, partner_id) include (amount_minor);
-- serves: where a commission's money stands
create index ledger_entries_commission on ledger_entries (workspace_id, commission_id) include (account, amount_minor) where commission_id is not null;
create index ledger_entries_payment on ledger_entries (workspace_id, payment_id) where payment_id is not null;

create function refuse_unbalanced_entries() returns trigger language plpgsql as $$
declare
  bad record;
begin
  select transaction_id, currency, sum(amount_minor) as amount into bad
    from posted group by workspace_id, transaction_id, currency having sum(amount_minor) <> 0 limit 1;
  if found then
    raise exception 'ledger transaction % is out of balance by % %', bad.transaction_id, bad.amount, bad.currency
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_entries_balanced after insert on ledger_entries
  referencing new table as posted for each statement execute function refuse_unbalanced_entries();
create trigger ledger_entries_immutable before update or delete or truncate on ledger_entries
  for each statement execute function refuse_change();
create trigger ledger_transactions_immutable before update or delete or truncate on ledger_transactions
  for each statement execute function refuse_change();

-- Where each commission's money stands, derived from its entries (accounts: see the ledger room).
create view commission_standings as
select c.workspace_id, c.id,
  coalesce(e.pending, 0)::bigint as pending_minor,
  coalesce(e.approved, 0)::bigint as approved_minor,
  coalesce(e.paid, 0)::bigint as paid_minor,
  (c.amount_minor - coalesce(e.kept, 0))::bigint as reversed_minor,
  case
    when coalesce(e.kept, 0) = 0 then 'reversed'
    when coalesce(e.kept, 0) < c.amount_minor then 'refunded'
    when coalesce(e.paid, 0) > 0 then 'paid'
    when coalesce(e.approved, 0) > 0 then 'approved'
    else 'pending'
  end as status
from commissions c
left join lateral (
  select
    -sum(amount_minor) filter (where account = 'partner_pending') as pending,
    -sum(amount_minor) filter (where account = 'partner_approved') as approved,
    -sum(amount_minor) filter (where account = 'partner_paid') as paid,
    -sum(amount_minor) filter (where account in ('partner_pending', 'partner_approved', 'partner_paid')) as kept
  from ledger_entries e
  where e.workspace_id = c.workspace_id and e.commission_id = c.id
) e on true;

-- Telling others what happened: where to, and each message.
-- Locks: adds triggers to tables of facts, which waits for their writers for an instant.

create table webhook_endpoints (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  -- null: of every program
  program_id integer,
  url text not null,
  -- null: everything
  types text[],
  secret_sealed bytea not null,
  -- signs beside the new one until then
  old_secret_sealed bytea,
  old_secret_until timestamptz,
  status text not null default 'enabled' check (status in ('enabled', 'disabled')),
  created_at timestamptz not null,
  removed_at timestamptz,
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, program_id) references programs,
  check ((old_secret_sealed is null) = (old_secret_until is null))
);

create table webhook_messages (
  workspace_id integer not null,
  id bigint generated always as identity,
  endpoint_id bigint not null,
  -- the same at each attempt: the receiver knows by it what it has seen
  message_id text not null default 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  type text not null,
  program_id integer,
  occurred_at timestamptz not null,
  data jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
  attempts integer not null default 0,
  last_attempt_at timestamptz,
  last_status integer,
  last_error text,
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, endpoint_id) references webhook_endpoints
);
-- serves: the messages of an endpoint, newest first, all of them or the dead ones
create index webhook_messages_endpoint on webhook_messages (workspace_id, endpoint_id, id desc);

create function wants_webhooks(workspace integer) returns boolean language sql stable as $$
  select exists (
    select from webhook_endpoints where workspace_id = workspace and status = 'enabled' and removed_at is null)
$$;

-- A message for each endpoint that wants to know, and a job that delivers it, in the transaction of what it tells of:
-- whichever door a fact comes through, it is told, and what was rolled back is not. Twenty-one attempts by the runner's
-- back-off take three days. One queue an endpoint: one that is slow holds up nobody else.
create function tell_webhooks(workspace integer, program integer, event text, at timestamptz, facts jsonb)
returns void language plpgsql as $$
declare
  endpoint bigint;
  message bigint;
begin
  for endpoint in
    select id from webhook_endpoints
    where workspace_id = workspace and status = 'enabled' and removed_at is null
      and (program_id is null or program_id = program) and (types is null or event = any(types))
    order by id
  loop
    insert into webhook_messages (workspace_id, endpoint_id, type, program_id, occurred_at, data)
    values (workspace, endpoint, event, program, at, jsonb_build_object('program_id', program) || facts)
    returning id into message;
    perform graphile_worker.add_job('deliver_webhook', json_build_object('workspace_id', workspace, 'id', message),
      queue_name => 'webhook ' || endpoint, max_attempts => 21);
  end loop;
end $$;

create function tell_of_lead() returns trigger language plpgsql as $$
begin
  if wants_webhooks(new.workspace_id) then
    perform tell_webhooks(new.workspace_id, new.program_id, 'lead.created', new.created_at, jsonb_build_object(
      'lead_id', new.id, 'customer_id', new.customer_id, 'customer_key', new.customer_key,
      'email_masked', new.email_masked, 'partner_id', new.partner_id, 'click_id', new.click_id));
  end if;
  return null;
end $$;
create trigger tell_of_lead after insert on leads
  for each row when (not new.is_test and not new.provisional) execute function tell_of_lead();
-- A browser's word that a server confirmed.
create trigger tell_of_settled_lead after update of settled_at on leads
  for each row when (not new.is_test and new.provisional and old.settled_at is null and new.settled_at is not null)
  execute function tell_of_lead();

create function tell_of_payment() returns trigger language plpgsql as $$
begin
  if wants_webhooks(new.workspace_id) then
    perform tell_webhooks(new.workspace_id, new.program_id, 'payment.recorded', new.received_at, jsonb_build_object(
      'payment_id', new.id, 'transaction_id', new.transaction_id, 'source', new.source, 'website_id', new.website_id,
      'amount_cents', new.amount_minor, 'currency', new.currency, 'customer_id', new.customer_id,
      'subscription_id', new.subscription_id, 'product_id', new.product_id, 'occurred_at', new.occurred_at));
  end if;
  return null;
end $$;
create trigger tell_of_payment after insert on payments
  for each row when (not new.is_test) execute function tell_of_payment();

create function tell_of_refund() returns trigger language plpgsql as $$
begin
  if wants_webhooks(new.workspace_id) then
    perform tell_webhooks(new.workspace_id, new.program_id,
      case when tg_op = 'INSERT' then 'refund.recorded' else 'refund.undone' end,
      case when tg_op = 'INSERT' then new.created_at else new.undone_at end, jsonb_build_object(
      'refund_id', new.id, 'payment_id', new.payment_id, 'amount_cents', new.amount_minor, 'currency', new.currency,
      'reason', new.reason, 'source', new.source));
  end if;
  return null;
end $$;
create trigger tell_of_refund after insert on refunds
  for each row when (not new.is_test and new.payment_id is not null) execute function tell_of_refund();
create trigger tell_of_undone_refund after update of undone_at on refunds
  for each row when (not new.is_test and old.undone_at is null and new.undone_at is not null)
  execute function tell_of_refund();

-- A commission's life is its entries.
create function tell_of_commissions() returns trigger language plpgsql as $$
declare
  workspace integer := (select workspace_id from posted limit 1);
  one record;
begin
  if workspace is null or not wants_webhooks(workspace) then return null; end if;
  for one in
    select p.program_id, p.posted_at, p.commission_id, p.partner_id, p.payment_id, p.currency, told.event,
      abs(p.amount_minor) as minor
    from posted p
    join ledger_transactions t on t.workspace_id = p.workspace_id and t.id = p.transaction_id
    cross join lateral (select case
      when p.account = 'commission_expense' and p.amount_minor < 0 and t.kind = 'rejection' then 'commission.rejected'
      when p.account = 'commission_expense' and p.amount_minor < 0 then 'commission.reversed'
      when p.account = 'commission_expense' and t.kind in ('payment', 'commission') then 'commission.created'
      when p.account = 'commission_expense' then 'commission.restored'
      when p.amount_minor > 0 then null
      when p.account = 'partner_approved' and t.kind = 'approval' then 'commission.approved'
      when p.account = 'partner_disputed' then 'commission.disputed'
      when p.account = 'partner_invoiced' and t.kind = 'invoice' then 'commission.invoiced'
      when p.account = 'partner_paid' then 'commission.paid'
    end as event) told
    where p.commission_id is not null and told.event is not null
    order by p.id
  loop
    perform tell_webhooks(workspace, one.program_id, one.event, one.posted_at, jsonb_build_object(
      'commission_id', one.commission_id, 'partner_id', one.partner_id, 'payment_id', one.payment_id,
      'amount_cents', one.minor, 'currency', one.currency));
  end loop;
  return null;
end $$;
create trigger tell_of_commissions after insert on ledger_entries
  referencing new table as posted for each statement execute function tell_of_commissions();

create function tell_of_invoice() returns trigger language plpgsql as $$
declare
  invoice invoices;
begin
  if not wants_webhooks(new.workspace_id) then return null; end if;
  select * into invoice from invoices
  where workspace_id = new.workspace_id
    and id = (case when tg_argv[0] = 'issued' then to_jsonb(new) -> 'id' else to_jsonb(new) -> 'invoice_id' end)::bigint;
  perform tell_webhooks(new.workspace_id, invoice.program_id, 'invoice.' || tg_argv[0],
    (to_jsonb(new) ->> tg_argv[1])::timestamptz, jsonb_build_object(
    'invoice_id', invoice.id, 'number', invoice.number, 'currency', invoice.currency,
    'total_cents', invoice.total_minor, 'due_at', invoice.due_at));
  return null;
end $$;
create trigger tell_of_invoice after insert on invoices
  for each row execute function tell_of_invoice('issued', 'issued_at');
create trigger tell_of_paid_invoice after insert on invoice_payments
  for each row execute function tell_of_invoice('paid', 'recorded_at');
create trigger tell_of_overdue_invoice after insert on invoice_reminders
  for each row execute function tell_of_invoice('overdue', 'overdue_at');

create function tell_of_payout() returns trigger language plpgsql as $$
declare
  payout payouts;
  batch payout_batches;
begin
  if not wants_webhooks(new.workspace_id) then return null; end if;
  select * into payout from payouts where workspace_id = new.workspace_id
    and id = (case when tg_table_name = 'payouts' then to_jsonb(new) -> 'id' else to_jsonb(new) -> 'payout_id' end)::bigint;
  select * into batch from payout_batches where workspace_id = new.workspace_id and id = payout.batch_id;
  perform tell_webhooks(new.workspace_id, payout.program_id,
    'payout.' || case when tg_table_name = 'payouts' then 'created' else to_jsonb(new) ->> 'result' end,
    case when tg_table_name = 'payouts' then batch.created_at else (to_jsonb(new) ->> 'recorded_at')::timestamptz end,
    jsonb_build_object('payout_id', payout.id, 'batch_id', payout.batch_id, 'partner_id', payout.partner_id,
      'amount_cents', payout.amount_minor, 'currency', batch.currency, 'reason', to_jsonb(new) ->> 'reason'));
  return null;
end $$;
create trigger tell_of_payout after insert on payouts for each row execute function tell_of_payout();
create trigger tell_of_payout_result after insert on payout_results for each row execute function tell_of_payout();

create function tell_of_batch_step() returns trigger language plpgsql as $$
declare
  one record;
begin
  if not wants_webhooks(new.workspace_id) then return null; end if;
  for one in
    select p.*, b.currency from payouts p join payout_batches b on b.workspace_id = p.workspace_id and b.id = p.batch_id
    where p.workspace_id = new.workspace_id and p.batch_id = new.batch_id order by p.id
  loop
    perform tell_webhooks(new.workspace_id, one.program_id, 'payout.' || new.step, new.done_at, jsonb_build_object(
      'payout_id', one.id, 'batch_id', one.batch_id, 'partner_id', one.partner_id, 'amount_cents', one.amount_minor,
      'currency', one.currency, 'reason', new.reason));
  end loop;
  return null;
end $$;
create trigger tell_of_batch_step after insert on payout_batch_steps
  for each row execute function tell_of_batch_step();

create function tell_of_program() returns trigger language plpgsql as $$
begin
  if not wants_webhooks(new.workspace_id) then return null; end if;
  perform tell_webhooks(new.workspace_id, new.id, 'program.' || case
    when tg_op = 'INSERT' then 'created'
    when new.status = old.status then 'updated'
    when new.status = 'active' then 'resumed'
    else new.status end, clock_timestamp(), jsonb_build_object('name', new.name, 'domain', new.domain, 'status', new.status));
  return null;
end $$;
create trigger tell_of_program after insert on programs for each row execute function tell_of_program();
-- Which group is the default one, and when a token was made, is no news to others.
create trigger tell_of_changed_program after update on programs
  for each row when (to_jsonb(old) - '{default_group_id,key_rotated_at}'::text[]
    is distinct from to_jsonb(new) - '{default_group_id,key_rotated_at}'::text[])
  execute function tell_of_program();

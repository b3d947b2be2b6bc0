-- What Stripe said, and what the payments room needs to follow facts that come late.
-- Locks: adds columns with constant defaults and replaces a view, which takes each table's lock for an instant.

-- One row an object of Stripe's, merged from every event that carried it. Merging is commutative and idempotent
-- (stripe/facts/merge.ts), so the row is the same whatever the order in which the events came.
create table stripe_objects (
  workspace_id integer not null,
  program_id integer not null,
  livemode boolean not null,
  id text not null,
  kind text not null,
  -- who pays: Stripe's customer, or the guest's session itself
  payer text,
  subscription text,
  facts json not null,
  primary key (workspace_id, program_id, livemode, id),
  foreign key (workspace_id, program_id) references programs
);
-- serves: everything a payer did
create index stripe_objects_payer on stripe_objects (workspace_id, program_id, livemode, payer) where payer is not null;

-- Which objects are parts of one payment (invoice, payment intent, charge, session, refund …). Stored both ways round.
create table stripe_links (
  workspace_id integer not null,
  program_id integer not null,
  livemode boolean not null,
  a text not null,
  b text not null,
  primary key (workspace_id, program_id, livemode, a, b)
);

-- What identifies a payer: keyed email hashes, customer keys, click ids. Two payers who share one are looked at together.
create table stripe_identifiers (
  workspace_id integer not null,
  program_id integer not null,
  payer text not null,
  kind text not null,
  value text not null,
  primary key (workspace_id, program_id, payer, kind, value)
);
create index stripe_identifiers_value on stripe_identifiers (workspace_id, program_id, kind, value);

-- Who a payer is among our customers, and what that customer learned by it: if a late fact leads elsewhere, it is
-- taken back.
create table stripe_payers (
  workspace_id integer not null,
  program_id integer not null,
  payer text not null,
  customer_id bigint,
  -- the customer that was made for this payer; kept, so that it is the same one when it is needed again
  made_customer_id bigint,
  taught_key text,
  taught_email bytea,
  taught_clicks text[] not null default '{}',
  taught_webs text[] not null default '{}',
  primary key (workspace_id, program_id, payer)
);
create index stripe_payers_customer on stripe_payers (workspace_id, customer_id) where customer_id is not null;

-- In which words the books were asked for a payment last (a digest): nothing is asked twice in the same words.
create table stripe_settled (
  workspace_id integer not null,
  program_id integer not null,
  livemode boolean not null,
  root text not null,
  print text not null,
  primary key (workspace_id, program_id, livemode, root)
);

-- What a decision about a provider's payment was made from. Another text means that it has to be made again.
create table payment_claims (
  workspace_id integer not null,
  payment_id bigint not null,
  claim text not null,
  primary key (workspace_id, payment_id),
  foreign key (workspace_id, payment_id) references payments
);

-- Money that is contested. Lost ones are in refunds as well.
create table disputes (
  workspace_id integer not null,
  payment_id bigint not null,
  dispute_key text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  state text not null check (state in ('open', 'lost', 'released')),
  primary key (workspace_id, payment_id, dispute_key),
  foreign key (workspace_id, payment_id) references payments
);

-- A refund that failed after all: its row stays and counts no more.
alter table refunds add column undone_at timestamptz;

-- What a person should mend about the integration, found while deciding.
alter table attributions add column warnings json not null default '[]';

-- A commission that a later decision gave to nobody, or to somebody else.
alter table commissions add column superseded_at timestamptz;

-- Absent from a request, exclude_tax leaves a sale as its sender reckoned it and takes the tax out of what Stripe reports.
alter table policies add column exclude_stripe_tax boolean not null default true;

create or replace view commission_standings as
select c.workspace_id, c.id,
  coalesce(e.pending, 0)::bigint as pending_minor,
  coalesce(e.approved, 0)::bigint as approved_minor,
  coalesce(e.paid, 0)::bigint as paid_minor,
  (c.amount_minor - coalesce(e.kept, 0))::bigint as reversed_minor,
  case
    when c.superseded_at is not null then 'rejected'
    when coalesce(e.kept, 0) = 0 then 'reversed'
    when coalesce(e.disputed, 0) > 0 then 'disputed'
    when coalesce(e.kept, 0) < c.amount_minor then 'refunded'
    when coalesce(e.paid, 0) > 0 then 'paid'
    when coalesce(e.approved, 0) > 0 then 'approved'
    else 'pending'
  end as status,
  coalesce(e.disputed, 0)::bigint as disputed_minor
from commissions c
left join lateral (
  select
    -sum(amount_minor) filter (where account = 'partner_pending') as pending,
    -sum(amount_minor) filter (where account = 'partner_approved') as approved,
    -sum(amount_minor) filter (where account = 'partner_paid') as paid,
    -sum(amount_minor) filter (where account = 'partner_disputed') as disputed,
    -sum(amount_minor) filter (
      where account in ('partner_pending', 'partner_approved', 'partner_paid', 'partner_disputed')) as kept
  from ledger_entries e
  where e.workspace_id = c.workspace_id and e.commission_id = c.id
) e on true;

-- Sign-ups that came from one address on one day. Takes no lock on existing tables: all of it is new.

-- What a day's sign-ups are compared by: a digest under that day's salt, which is destroyed when the day is over. From then on
-- it says nothing and equals nothing; the rows go with the hour.
create table sign_up_addresses (
  workspace_id integer not null,
  program_id integer not null,
  digest text not null,
  customer_id bigint not null,
  day date not null,
  primary key (workspace_id, program_id, digest, customer_id),
  foreign key (workspace_id, customer_id) references customers
);
create index sign_up_addresses_day on sign_up_addresses (day);

-- All that is left of it: somebody signed up from where, on the same day, somebody did who has a partner's email or key.
create table same_address_sign_ups (
  workspace_id integer not null,
  program_id integer not null,
  customer_id bigint not null,
  other_customer_id bigint not null,
  partner_id integer not null,
  day date not null,
  primary key (workspace_id, customer_id, other_customer_id, partner_id),
  foreign key (workspace_id, customer_id) references customers,
  foreign key (workspace_id, other_customer_id) references customers
);

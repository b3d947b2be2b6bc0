-- Look-ups of Stripe's facts by one name begin with the name. Several indexes that began with the same columns looked alike
-- to the planner while their tables were empty, and a plan made then reads a whole program for each event.
-- Locks: rebuilds these indexes, which locks each table against reading and writing for as long as that takes.
alter table stripe_objects drop constraint stripe_objects_pkey;
alter table stripe_objects add primary key (id, workspace_id, program_id, livemode);
alter table stripe_identifiers drop constraint stripe_identifiers_pkey;
alter table stripe_identifiers add primary key (payer, kind, value, workspace_id, program_id);
drop index stripe_identifiers_value;
create index stripe_identifiers_value on stripe_identifiers (value, kind, workspace_id, program_id);

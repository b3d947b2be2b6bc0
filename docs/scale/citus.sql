-- The tables of Headwater on Citus, as far as their keys go; docs/scale.md says what this version lacks to run on it.
-- Run once on the coordinator, after the first start has migrated the database. A test runs it on PostgreSQL, with stand-ins
-- for these functions that hold it to Citus's rules about keys.

-- Identities narrower than bigint cannot be distributed: the same sequence as a default, given out by the coordinator.
alter table links alter column id drop identity;
create sequence links_id_seq as integer owned by links.id;
select setval('links_id_seq', (select coalesce(max(id), 0) + 1 from links), false);
alter table links alter column id set default nextval('links_id_seq');

alter table management_keys alter column id drop identity;
create sequence management_keys_id_seq as integer owned by management_keys.id;
select setval('management_keys_id_seq', (select coalesce(max(id), 0) + 1 from management_keys), false);
alter table management_keys alter column id set default nextval('management_keys_id_seq');

alter table partner_groups alter column id drop identity;
create sequence partner_groups_id_seq as integer owned by partner_groups.id;
select setval('partner_groups_id_seq', (select coalesce(max(id), 0) + 1 from partner_groups), false);
alter table partner_groups alter column id set default nextval('partner_groups_id_seq');

alter table partners alter column id drop identity;
create sequence partners_id_seq as integer owned by partners.id;
select setval('partners_id_seq', (select coalesce(max(id), 0) + 1 from partners), false);
alter table partners alter column id set default nextval('partners_id_seq');

alter table policies alter column id drop identity;
create sequence policies_id_seq as integer owned by policies.id;
select setval('policies_id_seq', (select coalesce(max(id), 0) + 1 from policies), false);
alter table policies alter column id set default nextval('policies_id_seq');

alter table programs alter column id drop identity;
create sequence programs_id_seq as integer owned by programs.id;
select setval('programs_id_seq', (select coalesce(max(id), 0) + 1 from programs), false);
alter table programs alter column id set default nextval('programs_id_seq');

alter table report_segments alter column id drop identity;
create sequence report_segments_id_seq as integer owned by report_segments.id;
select setval('report_segments_id_seq', (select coalesce(max(id), 0) + 1 from report_segments), false);
alter table report_segments alter column id set default nextval('report_segments_id_seq');

alter table stripe_connections alter column id drop identity;
create sequence stripe_connections_id_seq as integer owned by stripe_connections.id;
select setval('stripe_connections_id_seq', (select coalesce(max(id), 0) + 1 from stripe_connections), false);
alter table stripe_connections alter column id set default nextval('stripe_connections_id_seq');

alter table stripe_endpoints alter column id drop identity;
create sequence stripe_endpoints_id_seq as integer owned by stripe_endpoints.id;
select setval('stripe_endpoints_id_seq', (select coalesce(max(id), 0) + 1 from stripe_endpoints), false);
alter table stripe_endpoints alter column id set default nextval('stripe_endpoints_id_seq');

alter table workspaces alter column id drop identity;
create sequence workspaces_id_seq as integer owned by workspaces.id;
select setval('workspaces_id_seq', (select coalesce(max(id), 0) + 1 from workspaces), false);
alter table workspaces alter column id set default nextval('workspaces_id_seq');

-- A unique key must hold the distribution column. These numbers come from a sequence and are unique without it; the index stays,
-- for look-ups by the number alone.
alter table commissions drop constraint commissions_id_key;
create index commissions_by_id on commissions (id);
alter table erasures drop constraint erasures_id_key;
create index erasures_by_id on erasures (id);
alter table imports drop constraint imports_id_key;
create index imports_by_id on imports (id);
alter table invoices drop constraint invoices_id_key;
create index invoices_by_id on invoices (id);
alter table mails drop constraint mails_id_key;
create index mails_by_id on mails (id);
alter table payments drop constraint payments_id_key;
create index payments_by_id on payments (id);
alter table payout_batches drop constraint payout_batches_id_key;
create index payout_batches_by_id on payout_batches (id);
alter table payouts drop constraint payouts_id_key;
create index payouts_by_id on payouts (id);
alter table webhook_messages drop constraint webhook_messages_id_key;
create index webhook_messages_by_id on webhook_messages (id);

-- What is set up is small, is looked up by token or code alone, and has keys that no workspace is part of: on every node.
select create_reference_table('workspaces');
select create_reference_table('programs');
select create_reference_table('websites');
select create_reference_table('partner_groups');
select create_reference_table('policies');
select create_reference_table('partners');
select create_reference_table('enrollments');
select create_reference_table('group_memberships');
select create_reference_table('links');
select create_reference_table('management_keys');
select create_reference_table('key_uses');
select create_reference_table('tracking_tokens');
select create_reference_table('stripe_connections');
select create_reference_table('stripe_endpoints');
select create_reference_table('stripe_oauth_states');
select create_reference_table('webhook_endpoints');
select create_reference_table('report_segments');
select create_reference_table('goals');
select create_reference_table('annotations');
select create_reference_table('portal_settings');

-- Everything else is of one workspace and lies with all of that workspace.
select create_distributed_table('audit_heads', 'workspace_id');
select create_distributed_table('audit_log', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('billing_contacts', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('clicks', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('customers', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('erasures', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('fraud_rules', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('fx_rates', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('import_keys', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('imports', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('import_parts', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('imported_days', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('imported_counts', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('invoice_counters', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('leads', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('ledger_transactions', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('link_click_deltas', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('mails', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('partner_applications', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('partner_thresholds', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payment_keys', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payments', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payout_batches', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payout_methods', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payout_thresholds', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payouts', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('refunds', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('revenue_deltas', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('revenue_sums', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('revenue_totals', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('same_address_sign_ups', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('sign_up_addresses', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_identifiers', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_inbox', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_links', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_objects', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_payers', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('stripe_settled', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('test_chains', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('tracker_checks', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('tax_documents', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('visitor_identities', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('visits', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('webhook_messages', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('attributions', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('commissions', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('customer_visitors', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('disputes', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('fees', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('fraud_signals', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('invoices', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('ledger_entries', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payment_claims', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payment_visits', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payout_batch_steps', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('payout_results', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('commission_holds', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('commission_reviews', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('invoice_payments', 'workspace_id', colocate_with => 'audit_heads');
select create_distributed_table('invoice_reminders', 'workspace_id', colocate_with => 'audit_heads');

-- Local to the coordinator: daily_salts, event_batches, event_shipments, event_dead_letters, headwater_migrations, people, sign_in_sessions, sign_in_accounts, sign_in_verifications, sign_in_rates, two_factors, members, invitations, owner_links, cli_logins, login_tokens, partner_people, partner_invitations, and the schema graphile_worker.

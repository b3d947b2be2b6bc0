-- When the latest test event of a program came: among millions of real ones it would be looked for through all of them.
-- Writers of clicks, leads and payments wait while each table is read once.

-- serves: readiness, and how far an integration is
create index clicks_tests on clicks (workspace_id, program_id, clicked_at) where is_test;
create index leads_tests on leads (workspace_id, program_id, created_at) where is_test;
create index payments_tests on payments (workspace_id, program_id, occurred_at) where is_test;

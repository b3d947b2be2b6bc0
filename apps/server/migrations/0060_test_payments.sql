-- Test payments, newest first: among a million others they were looked for one by one.
-- Locks payments against writes while the index is built: a second for a million rows.

create index payments_test on payments (workspace_id, program_id, occurred_at, id) where is_test;

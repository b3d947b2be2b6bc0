-- Looking a payment up by the beginning of its transaction id, as people do who have it before them.
-- Locks payments against writes while the index is built: a second for a million rows.

-- serves: payments of a program whose transaction id begins with a text
create index payments_transaction_prefix on payments (workspace_id, program_id, transaction_id text_pattern_ops);

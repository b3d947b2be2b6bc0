-- One partner's entries of a transaction: each payout of a batch is settled by itself, and read the whole batch to find its own.
-- Locks: rebuilds an index, which locks ledger_entries against writing for as long as that takes.
drop index ledger_entries_transaction;
create index ledger_entries_transaction on ledger_entries (workspace_id, transaction_id, partner_id);

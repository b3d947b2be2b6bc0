-- What a commission was reckoned from, besides its payment and its policy, so that it can be reckoned again for ever.
-- Locks: adds a column without a default, which takes the table's lock for an instant.
alter table commissions add column basis json;

-- How long what visitors did is kept, in days; null: for ever. Adding a column without a default locks websites for an
-- instant only.
alter table websites add column retention_days integer check (retention_days between 1 and 36500);

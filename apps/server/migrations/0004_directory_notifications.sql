-- Tells every process that something of the directory changed, so that none answers from an old memory.
-- NOTIFY takes a short global lock at commit: these tables change rarely, and the click counters that live in
-- links are left out on purpose.
create function notify_directory() returns trigger language plpgsql as $$
begin
  perform pg_notify('headwater_directory', '');
  return null;
end $$;

create trigger notify_directory after insert or update or delete on programs
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on websites
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on tracking_tokens
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on management_keys
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on enrollments
  for each statement execute function notify_directory();
create trigger notify_directory after insert on policies
  for each statement execute function notify_directory();
create trigger notify_directory_insert after insert or delete on links
  for each statement execute function notify_directory();
create trigger notify_directory_update after update of code, status, destination_url, partner_id on links
  for each statement execute function notify_directory();

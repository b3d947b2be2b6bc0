-- Reviewing commissions and keeping segments have scopes of their own now. Keys that could do it by the wider scope still can.
-- Locks the rows of those keys.

update management_keys set scopes = array_append(scopes, 'commission:review')
where 'program:update' = any(scopes) and not 'commission:review' = any(scopes);
update management_keys set scopes = array_append(scopes, 'segment:manage')
where 'dashboard:view' = any(scopes) and not 'segment:manage' = any(scopes);

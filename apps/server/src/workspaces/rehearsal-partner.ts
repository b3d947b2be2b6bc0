import { statement, type Transaction } from '../platform/index.ts';
import { sinceEver } from './terms.ts';

const insert = statement(
  'workspaces.insert_rehearsal_partner',
  `with partner as (
     insert into partners (workspace_id, name, created_at) values ($1, 'Verification partner', $4) returning id
   ), enrollment as (
     insert into enrollments (workspace_id, program_id, partner_id, status, group_id, joined_at)
     select $1, $2, partner.id, 'approved', p.default_group_id, $4
     from partner, programs p where p.workspace_id = $1 and p.id = $2 returning partner_id, group_id
   ), membership as (
     insert into group_memberships (workspace_id, program_id, partner_id, since, group_id)
     select $1, $2, partner_id, $5, group_id from enrollment
   )
   insert into links (workspace_id, program_id, partner_id, code, destination_url, created_at)
   select $1, $2, partner_id, $3, 'https://' || p.domain || '/', $4
   from enrollment, programs p where p.workspace_id = $1 and p.id = $2
   on conflict (code_key) do nothing returning partner_id as "partnerId"`,
);

/**
 * A partner of the default group, with a link, for a rehearsal: the caller rolls back, so that nobody ever sees them.
 * Undefined: the code is taken.
 */
export async function insertRehearsalPartner(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  code: string,
  at: Date,
): Promise<number | undefined> {
  const values = [program.workspaceId, program.id, code, at, sinceEver];
  const [row] = await trx.query<{ partnerId: number }>(insert, values);
  return row?.partnerId;
}

import { statement, type Transaction } from '../platform/index.ts';

const rename = statement(
  'webhooks.forget_messages',
  `update webhook_messages set data = data
     || case when data ? 'customer_key' then jsonb_build_object('customer_key', erased_name($2, data->>'customer_key'))
        else '{}' end
     || case when data->>'email_masked' is not null then '{"email_masked": "erased"}'::jsonb else '{}' end
   where workspace_id = $1 and (data->>'customer_id')::bigint = any($3::bigint[])`,
);

/** Replaces what names a person in messages about them, sent or not. */
export async function forgetMessages(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  customerIds: readonly bigint[],
): Promise<void> {
  await trx.query(rename, [workspaceId, salt, customerIds]);
}

import { erasedHash, erasedName, statement, type Transaction } from '../platform/index.ts';
import type { Claim } from './provider-payment.ts';

// Erasing a person: their payments stay, with every figure, and name nobody.

const payments = statement(
  'payments.forget_emails',
  `update payments set email_hash = erased_hash($2, email_hash)
   where workspace_id = $1 and (customer_id = any($3::bigint[]) or email_hash = any($4::bytea[]))
   returning id`,
);

const visits = statement(
  'payments.forget_visits',
  `update payment_visits set visitor_id = erased_name($2, visitor_id), session_id = erased_name($2, session_id),
     context = erased_context(context)
   where workspace_id = $1 and (payment_id = any($3::bigint[]) or visitor_id = any($4::text[]))`,
);

// Which click won, under which rule and with which arithmetic stays readable; by which name the person was found does not.
const evidence = statement(
  'payments.forget_evidence',
  `update attributions set evidence = (
     select json_agg(case
       when one->>'kind' in ('customer_key', 'visitor')
         then jsonb_set(one::jsonb, '{value}', to_jsonb(erased_name($2, one->>'value')))
       when one->>'kind' = 'email' then jsonb_set(one::jsonb, '{value}', '"erased"')
       else one::jsonb end order by n)
     from json_array_elements(evidence) with ordinality as told(one, n))
   where workspace_id = $1 and payment_id = any($3::bigint[]) and json_array_length(evidence) > 0`,
);

const claims = statement(
  'payments.list_claims_to_forget',
  `select payment_id as "paymentId", claim from payment_claims
   where workspace_id = $1 and payment_id = any($2::bigint[]) for update`,
);

const saveClaims = statement(
  'payments.forget_claims',
  `update payment_claims c set claim = given.claim from unnest($2::bigint[], $3::text[]) as given(payment_id, claim)
   where c.workspace_id = $1 and c.payment_id = given.payment_id`,
);

/** As the claim would be made from what the provider's facts say from now on. */
function renameClaim(claim: Claim, salt: Buffer): Claim {
  const rename = <Step extends { value: string }>(kind: string | null, step: Step): Step => {
    if (kind === 'customer_key') return { ...step, value: erasedName(salt, step.value) };
    return kind === 'email' ? { ...step, value: 'erased' } : step;
  };
  const { emailHash } = claim;
  return {
    ...rename(claim.foundBy, claim),
    evidence: claim.evidence.map((one) => rename(one.kind, one)),
    emailHash: emailHash === null ? null : erasedHash(salt, Buffer.from(emailHash, 'hex')).toString('hex'),
  };
}

async function forgetClaims(trx: Transaction, workspaceId: number, salt: Buffer, ids: readonly bigint[]) {
  const told = await trx.query<{ paymentId: bigint; claim: string }>(claims, [workspaceId, ids]);
  await trx.query(saveClaims, [
    workspaceId,
    told.map(({ paymentId }) => paymentId),
    told.map(({ claim }) => JSON.stringify(renameClaim(JSON.parse(claim), salt))),
  ]);
}

/** Replaces what names a person on their payments. Returns how many payments they have. */
export async function forgetPayers(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  person: { customerIds: readonly bigint[]; emails: Buffer[]; webVisitors: string[] },
): Promise<number> {
  const { customerIds, emails, webVisitors } = person;
  const paid = await trx.query<{ id: bigint }>(payments, [workspaceId, salt, customerIds, emails]);
  const ids = paid.map(({ id }) => id);
  await trx.query(visits, [workspaceId, salt, ids, webVisitors]);
  await trx.query(evidence, [workspaceId, salt, ids]);
  await forgetClaims(trx, workspaceId, salt, ids);
  return ids.length;
}

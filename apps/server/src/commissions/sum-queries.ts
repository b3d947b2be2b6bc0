import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { Basis } from './commission.ts';

const earnedByCustomer = statement(
  'commissions.earned_by_customer',
  `select coalesce(sum(c.amount_minor), 0)::bigint as minor
   from commissions c join payments p on p.workspace_id = c.workspace_id and p.id = c.payment_id
   where c.workspace_id = $1 and c.customer_id = $2 and c.partner_id = $3 and c.currency = $4 and c.payment_id <> $5
     and c.superseded_at is null
     and ($6::timestamptz is null or (p.occurred_at, p.transaction_id collate "C") < ($6, $7 collate "C"))`,
);

/**
 * What a customer's other payments earned a partner, as earned: refunds and rejections give no room back, so that it is
 * the same whichever came first. Named `before`, only payments dated before it count.
 */
export async function sumEarnedByCustomer(
  sql: Sql,
  question: {
    workspaceId: number;
    customerId: bigint;
    partnerId: number;
    currency: Currency;
    exceptPaymentId: bigint;
    before: { at: Date; transactionId: string } | null;
  },
): Promise<bigint> {
  const [row] = await sql.query<{ minor: bigint }>(earnedByCustomer, [
    question.workspaceId,
    question.customerId,
    question.partnerId,
    question.currency,
    question.exceptPaymentId,
    question.before?.at ?? null,
    question.before?.transactionId ?? null,
  ]);
  return row?.minor ?? 0n;
}

const volumeOfPartner = statement(
  'commissions.volume_of_partner',
  `select coalesce(sum(p.amount_minor - r.minor), 0)::bigint as minor
   from commissions c
   join payments p on p.workspace_id = c.workspace_id and p.id = c.payment_id
   left join lateral (
     select coalesce(sum(amount_minor), 0) as minor from refunds r
     where r.workspace_id = p.workspace_id and r.payment_id = p.id and r.undone_at is null and not r.is_test
   ) r on true
   where c.workspace_id = $1 and c.partner_id = $2 and c.earned_at >= $3 and c.earned_at < $4 and c.program_id = $5
     and c.superseded_at is null and c.rejected_at is null and p.currency = $6 and p.id <> $7`,
);

/**
 * What the payments that earned a partner a commission add up to in a calendar month (UTC), net of what went back by
 * now; rejected ones count for nothing, and neither do other currencies.
 */
export async function sumVolumeOfPartner(
  sql: Sql,
  question: {
    workspaceId: number;
    programId: number;
    partnerId: number;
    currency: Currency;
    at: Date;
    exceptPaymentId: bigint;
  },
): Promise<bigint> {
  const { at } = question;
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const [row] = await sql.query<{ minor: bigint }>(volumeOfPartner, [
    question.workspaceId,
    question.partnerId,
    new Date(Date.UTC(year, month, 1)),
    new Date(Date.UTC(year, month + 1, 1)),
    question.programId,
    question.currency,
    question.exceptPaymentId,
  ]);
  return row?.minor ?? 0n;
}

const basesOfPayment = statement(
  'commissions.bases_of_payment',
  'select partner_id as "partnerId", basis from commissions where workspace_id = $1 and payment_id = $2',
);

/** The volumes that a payment's commissions were reckoned with when they were decided first, by partner. */
export async function loadVolumesOf(
  trx: Transaction,
  workspaceId: number,
  paymentId: bigint,
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await trx.query<{ partnerId: number; basis: Basis | null }>(basesOfPayment, [
    workspaceId,
    paymentId,
  ]);
  return new Map(
    rows.flatMap(({ partnerId, basis }) =>
      basis?.volumeBefore === undefined ? [] : [[partnerId, BigInt(basis.volumeBefore)] as const],
    ),
  );
}

import type { ThresholdRecord } from '@headwater/contract';
import type { Currency } from '../../money/index.ts';
import { AppError, type ManagementPrincipal, type Sql, statement } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import type { InvoiceDeps } from '../invoices/issue-invoices.ts';
import type { ProgramKey } from '../invoices/queries.ts';
import { recordBilling } from '../record-billing.ts';
import { findThreshold } from './queries.ts';

// A partner may wait for a larger sum than the program asks for, never for a smaller one.

const listRows = statement(
  'billing.list_own_thresholds',
  `select partner_id as "partnerId", threshold_minor as minor from partner_thresholds
   where workspace_id = $1 and program_id = $2 and currency = $3 and ($4::integer is null or partner_id = $4)`,
);

/** What partners of a program, or one of them, want to wait for in a currency. */
export async function listOwnThresholds(
  sql: Sql,
  program: ProgramKey,
  currency: Currency,
  partnerId: number | null,
): Promise<ReadonlyMap<number, bigint>> {
  const values = [program.workspaceId, program.programId, currency, partnerId];
  const rows = await sql.query<{ partnerId: number; minor: bigint }>(listRows, values);
  return new Map(rows.map(({ partnerId, minor }) => [partnerId, minor]));
}

const save = statement(
  'billing.save_own_threshold',
  `insert into partner_thresholds (workspace_id, program_id, partner_id, currency, threshold_minor)
   values ($1, $2, $3, $4, $5)
   on conflict (workspace_id, program_id, partner_id, currency) do update set threshold_minor = excluded.threshold_minor`,
);

/** Acts on the next batch. 400 below the program's own threshold. */
export async function setOwnThreshold(
  { postgres, clock }: InvoiceDeps,
  actor: ManagementPrincipal,
  program: Program,
  partnerId: number,
  wanted: { currency: Currency; minor: number },
): Promise<ThresholdRecord> {
  const { currency, minor } = wanted;
  const key = { workspaceId: program.workspaceId, programId: program.id };
  await postgres.transaction(async (trx) => {
    const least = await findThreshold(trx, key, currency);
    if (BigInt(minor) < least)
      throw new AppError('invalid_request', `threshold_cents must be at least the program’s ${least}`);
    await trx.query(save, [key.workspaceId, key.programId, partnerId, currency, minor]);
    const act = {
      act: 'payout_threshold.set',
      programId: program.id,
      subject: `partner ${partnerId}`,
      details: { currency, threshold_cents: minor },
    };
    await recordBilling(trx, actor, act, clock.now());
  });
  return { currency, threshold_cents: minor };
}

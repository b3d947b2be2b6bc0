import type { Postgres } from '../src/platform/index.ts';

/** An invoice to pay, a balance, and a payout batch in each state, for a partner of a program. */
export interface BillingHolding {
  invoiceId: number;
  pendingBatchId: number;
  approvedBatchId: number;
  processingPayoutId: number;
  /** An endpoint that is switched off, and a message of it that was given up. */
  webhookEndpointId: number;
  webhookMessageId: number;
}

/** Written past the rooms: what took weeks to come about stands there at once. */
export async function holdBilling(
  postgres: Postgres,
  programId: number,
  partnerId: number,
): Promise<BillingHolding> {
  const [program] = await postgres.query<{ workspace: number }>(
    'select workspace_id as workspace from programs where id = $1',
    [programId],
  );
  const workspaceId = program?.workspace as number;
  const one = async (sql: string, values: readonly unknown[]) => {
    const [row] = await postgres.query<{ id: bigint }>(sql, [workspaceId, ...values]);
    return Number((row as { id: bigint }).id);
  };
  const post = async (kind: string, entries: [string, number][]) => {
    const id = await one(
      `insert into ledger_transactions (workspace_id, program_id, kind, posted_at) values ($1, $2, $3, now())
       returning id`,
      [programId, kind],
    );
    await postgres.query(
      `insert into ledger_entries (workspace_id, transaction_id, program_id, partner_id, account, currency, amount_minor,
         posted_at)
       select $1, $2, $3, $4, e.account, 'USD', e.amount, now()
       from unnest($5::text[], $6::bigint[]) as e(account, amount)`,
      [
        ...[workspaceId, id, programId, partnerId],
        entries.map(([account]) => account),
        entries.map(([, amount]) => amount),
      ],
    );
    return id;
  };
  const invoiced = await post('invoice', [
    ['commission_expense', 9000],
    ['partner_invoiced', -9000],
  ]);
  const invoiceId = await one(
    `insert into invoices (workspace_id, program_id, number, period_start, period_end, currency, ledger_transaction_id,
       commission_minor, fee_minor, carried_minor, issued_at, due_at)
     values ($1, $2, $3, '2026-01-05Z', '2026-01-12Z', 'USD', $4, 9000, 0, 0, now(), now() + interval '7 days')
     returning id`,
    [programId, `INV-2026-01-${programId}`, invoiced],
  );
  const methodId = await one(
    `insert into payout_methods (workspace_id, partner_id, method, details_sealed, details_masked, set_by, created_at)
     values ($1, $2, 'bank_transfer', '', '{}', 'nobody', now()) returning id`,
    [partnerId],
  );
  const makeBatch = async (...steps: string[]) => {
    const reserved = await post('payout', [
      ['partner_invoiced', 1000],
      ['partner_payout', -1000],
    ]);
    const batchId = await one(
      `insert into payout_batches (workspace_id, program_id, currency, ledger_transaction_id, created_by, created_at)
       values ($1, $2, 'USD', $3, 'nobody', now()) returning id`,
      [programId, reserved],
    );
    for (const step of steps) {
      await one(
        `insert into payout_batch_steps (workspace_id, batch_id, step, done_by, done_at)
         values ($1, $2, $3, 'nobody', now()) returning batch_id as id`,
        [batchId, step],
      );
    }
    const payoutId = await one(
      `insert into payouts (workspace_id, batch_id, program_id, partner_id, amount_minor, method_id)
       values ($1, $2, $3, $4, 1000, $5) returning id`,
      [batchId, programId, partnerId, methodId],
    );
    return { batchId, payoutId };
  };
  const webhookEndpointId = await one(
    `insert into webhook_endpoints (workspace_id, program_id, url, secret_sealed, status, created_at)
     values ($1, $2::integer, 'https://program-' || $2::integer || '.example/hook', '', 'disabled', now()) returning id`,
    [programId],
  );
  const webhookMessageId = await one(
    `insert into webhook_messages (workspace_id, endpoint_id, type, program_id, occurred_at, data, state)
     values ($1, $2, 'invoice.issued', $3, now(), '{}', 'dead') returning id`,
    [webhookEndpointId, programId],
  );
  return {
    ...{ webhookEndpointId, webhookMessageId },
    invoiceId,
    pendingBatchId: (await makeBatch()).batchId,
    approvedBatchId: (await makeBatch('approved')).batchId,
    processingPayoutId: (await makeBatch('approved', 'processing')).payoutId,
  };
}

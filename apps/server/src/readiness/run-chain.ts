import { randomBytes } from 'node:crypto';
import type { ChainStep, TestChain } from '@headwater/contract';
import { recordTestLeadIn } from '../customers/index.ts';
import { explainPayment, readSale, recordTestPaymentIn } from '../payments/index.ts';
import { AppError, minuteMs, type Transaction } from '../platform/index.ts';
import { keepTestClick } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import * as queries from './queries.ts';
import { asPostgres, type RehearsalDeps, type Rehearsed, rehearse, type Script, timed } from './rehearse.ts';

const mostAnHour = 10;
const hourMs = 60 * minuteMs;

/**
 * The synthetic chain (contract §11): rehearsed by the production code, then kept as test rows that nothing counts, the
 * payment with the decision that was made about it. At most ten an hour and program: 429 beyond.
 */
export async function runChain(deps: RehearsalDeps, program: Program): Promise<TestChain> {
  const now = deps.clock.now();
  const since = new Date(now.getTime() - hourMs);
  // Looked at first, so that a refusal costs next to nothing; what counts is the look under the lock.
  refuseTooMany(await queries.listRunsSince(deps.postgres, program, since), now);
  const random = randomBytes(3).toString('hex');
  const script: Script = {
    code: `afftest${program.id}`,
    affiliateUrl: `https://${program.domain}/?aff=afftest${program.id}`,
    customerKey: `aff_test_ck_${program.id}_${now.getTime()}_${random}`,
    transactionId: `aff_test_txn_${program.id}_${now.getTime()}_${random}`,
    amountMinor: 9999n,
  };
  const rehearsed = await rehearse(deps, program, script);
  return deps.postgres.transaction(async (trx) => {
    await queries.lockRuns(trx, program);
    refuseTooMany(await queries.listRunsSince(trx, program, since), now);
    const paymentId = await keep(trx, deps, program, script, rehearsed);
    const steps = [...rehearsed.steps];
    if (paymentId !== null) steps.push(await explain(trx, program, paymentId, rehearsed));
    return queries.insertChain(trx, program, {
      ...{ at: now, code: script.code, customerKey: script.customerKey },
      ...{ verdict: rehearsed.verdict, paymentId, steps },
    });
  });
}

/** @param runs within the hour, newest first */
function refuseTooMany(runs: readonly Date[], now: Date): void {
  const oldest = runs[mostAnHour - 1];
  if (oldest === undefined) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((oldest.getTime() + hourMs - now.getTime()) / 1000));
  const text = `Too many synthetic chains (max ${mostAnHour}/program/hour).`;
  throw new AppError('rate_limited', text, { retryAfterSeconds });
}

/** What was played, as far as it came, as test rows. The number of the test payment; null: there was none. */
async function keep(
  trx: Transaction,
  deps: RehearsalDeps,
  program: Program,
  script: Script,
  { clickId, decision }: Rehearsed,
): Promise<bigint | null> {
  const now = deps.clock.now();
  if (clickId === null) return null;
  await keepTestClick(trx, program, clickId, script.affiliateUrl, now);
  const lead = { click_id: clickId, customer_key: script.customerKey, event_name: 'verification' };
  await recordTestLeadIn(trx, deps, program, lead);
  if (decision === null) return null;
  const sale = {
    transaction_id: script.transactionId,
    customer_key: script.customerKey,
    amount_cents: Number(script.amountMinor),
    currency: program.currency,
  };
  const fact = {
    ...readSale(deps.hasher, program, sale, null, now),
    transactionId: script.transactionId,
  };
  return (await recordTestPaymentIn(trx, deps, fact, decision)).paymentId;
}

/** Whether the payment can be explained as it was decided: what a person will be shown. */
async function explain(
  trx: Transaction,
  program: Program,
  paymentId: bigint,
  { verdict }: Rehearsed,
): Promise<ChainStep> {
  const reader = { kind: 'program', workspaceId: program.workspaceId, programId: program.id } as const;
  const { result, milliseconds } = await timed(() => explainPayment(asPostgres(trx), paymentId, reader));
  const { attribution } = result as {
    attribution: object | null;
  };
  const text =
    attribution === null
      ? 'The test payment has no decision to explain'
      : 'The test payment can be explained: who was considered, by which evidence, terms and arithmetic';
  return {
    name: 'explain',
    verdict: attribution === null ? 'unattributed' : verdict.sale,
    text,
    milliseconds,
  };
}

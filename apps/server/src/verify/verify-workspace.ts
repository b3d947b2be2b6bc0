import { setImmediate } from 'node:timers/promises';
import { findPolicy, type Policy } from '../commissions/index.ts';
import { findWrongRevenueTotal } from '../payments/index.ts';
import type { Postgres, Transaction } from '../platform/index.ts';
import { checkChain } from '../workspaces/index.ts';
import { billingChecks } from './billing-queries.ts';
import { checkPayment, type Fault } from './check-payment.ts';
import * as queries from './queries.ts';

export interface Verification {
  fault: Fault | null;
  acts: bigint;
  entries: bigint;
  payments: number;
  commissions: number;
  /** Per currency and account; each currency sums to zero. */
  trialBalance: { currency: string; account: string; amountMinor: bigint }[];
}

// Payments at a time: what of them is in memory at once.
const pageSize = 500;

/**
 * Reads a workspace's books whole and reckons them again from the facts, as of one instant and without a lock: beside a
 * running server. Stops at the first thing that is wrong.
 */
export function verifyWorkspace(postgres: Postgres, workspaceId: number): Promise<Verification> {
  return postgres.transaction(async (trx) => {
    await trx.query('set transaction isolation level repeatable read, read only');
    // Each statement reads all of a workspace: parallel plans are worth it, a plan for a few rows is not.
    await trx.query('set local plan_cache_mode = auto');
    // Facts are joined whole, and their hashes should not go over the disk.
    await trx.query(`set local work_mem = '32MB'`);
    const chain = await checkChain(trx, workspaceId);
    const totals = await queries.sumAccounts(trx, workspaceId);
    const sums = new Map<string, bigint>();
    for (const { currency, amountMinor } of totals)
      sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    const counts = { payments: 0, commissions: 0 };
    const fault =
      chainFault(chain) ??
      (await checkRows(trx, workspaceId)) ??
      trialFault(sums) ??
      (await checkPayments(trx, workspaceId, counts)) ??
      (await revenueFault(trx, workspaceId));
    return {
      fault,
      acts: chain.entries,
      entries: totals.reduce((sum, { entries }) => sum + entries, 0n),
      ...counts,
      trialBalance: totals.map(({ currency, account, amountMinor }) => ({ currency, account, amountMinor })),
    };
  });
}

function chainFault({ fault }: Awaited<ReturnType<typeof checkChain>>): Fault | null {
  return fault && { check: 'audit_chain', what: `audit entry ${fault.seq}`, why: fault.why };
}

function trialFault(sums: ReadonlyMap<string, bigint>): Fault | null {
  const wrong = [...sums].find(([, sum]) => sum !== 0n);
  return wrong === undefined
    ? null
    : { check: 'trial_balance', what: wrong[0], why: `the accounts sum to ${wrong[1]}, not to 0` };
}

async function revenueFault(trx: Transaction, workspaceId: number): Promise<Fault | null> {
  const [found] = await trx.query<queries.FoundRow>(queries.revenueCheck, [workspaceId]);
  if (found !== undefined) return { check: 'revenue', ...found };
  const wrong = await findWrongRevenueTotal(trx, workspaceId);
  if (wrong === undefined) return null;
  const why = `its revenue of fees is ${wrong.totalMinor} US cents, but its sums ${wrong.sumMinor}`;
  return { check: 'revenue', what: `program ${wrong.programId}`, why };
}

async function checkRows(trx: Transaction, workspaceId: number): Promise<Fault | null> {
  for (const { check, statement } of [...queries.rowChecks, ...billingChecks]) {
    const [found] = await trx.query<queries.FoundRow>(statement, [workspaceId]);
    if (found !== undefined) return { check, ...found };
  }
  return null;
}

async function checkPayments(
  trx: Transaction,
  workspaceId: number,
  counts: { payments: number; commissions: number },
): Promise<Fault | null> {
  const policies = new Map<number, Policy>();
  // The next page is read while this one is reckoned.
  let next = loadPage(trx, workspaceId, 0n);
  for (;;) {
    const { payments, commissions, balances } = await next;
    const last = payments.at(-1);
    if (last === undefined) return null;
    for (const { policyId } of commissions) {
      if (policies.has(policyId)) continue;
      const policy = await findPolicy(trx, workspaceId, policyId);
      if (policy !== undefined) policies.set(policyId, policy);
    }
    next = loadPage(trx, workspaceId, last.id);
    const commissionsOf = byPayment(commissions);
    const balancesOf = byPayment(balances);
    for (const [index, payment] of payments.entries()) {
      // Others want to be answered too, and the next page's rows to be read.
      if (index % 100 === 0) await setImmediate();
      const own = commissionsOf.get(payment.id) ?? [];
      const fault = checkPayment(payment, own, balancesOf.get(payment.id) ?? [], (id) => policies.get(id));
      if (fault === null) continue;
      await next;
      return fault;
    }
    counts.payments += payments.length;
    counts.commissions += commissions.length;
  }
}

/** Payments after one, and what belongs to them. */
async function loadPage(trx: Transaction, workspaceId: number, after: bigint) {
  const payments = await queries.listPaymentsPage(trx, workspaceId, after, pageSize);
  const [first, last] = [payments[0], payments.at(-1)];
  if (first === undefined || last === undefined) return { payments, commissions: [], balances: [] };
  const commissions = await queries.listCommissionsPage(trx, workspaceId, first.id, last.id);
  const balances = await queries.listBalancesPage(trx, workspaceId, first.id, last.id);
  return { payments, commissions, balances };
}

function byPayment<Row extends { paymentId: bigint }>(rows: readonly Row[]): Map<bigint, Row[]> {
  const groups = new Map<bigint, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.paymentId);
    if (group === undefined) groups.set(row.paymentId, [row]);
    else group.push(row);
  }
  return groups;
}

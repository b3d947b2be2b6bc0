import { appendEvents, invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { balanceBooks } from './balance-books.ts';
import { type Deciding, decideAlone, decideHistories, type Touched } from './decide-history.ts';
import { keyScope, type SettleDeps } from './door.ts';
import type { PaymentSource } from './payment.ts';
import { tellChanges, tellRefund } from './provider-events.ts';
import type { ProviderPayment, SettledPayment } from './provider-payment.ts';
import * as provider from './provider-queries.ts';
import { isOtherDoor, wasDecidedByOther } from './provider-rules.ts';
import * as queries from './queries.ts';
import { settleRefunds } from './settle-refunds.ts';

/**
 * The door for a provider whose facts come in pieces and in any order: brings the books to what is known of these
 * payments by now. Records those that are new, adds ids to those that are not, decides again what a late fact changes
 * (recorded as a further decision), and lets money go back, be held and be released by difference. What it ends with
 * depends on what was told and not on the order of telling; saying the same again changes nothing.
 *
 * A payment that another door recorded is the same payment when one of the ids is the same. It keeps its facts, and its
 * partner if it has one (the rule of completing, contract §6.2).
 *
 * @param changedCustomers customers who were seen with other browsers than before: all their payments are decided again
 */
export async function settlePayments(
  trx: Transaction,
  deps: SettleDeps,
  program: Program,
  wanted: readonly ProviderPayment[],
  changedCustomers: ReadonlySet<bigint>,
): Promise<SettledPayment[]> {
  const now = deps.clock.now();
  const settled: SettledPayment[] = [];
  const customers = new Set(changedCustomers);
  const touched = new Map<bigint, Touched>();
  const scope = keyScope({ program, website: null }, false);
  const keys = await provider.findKeys(
    trx,
    scope,
    wanted.flatMap((payment) => payment.keys),
  );
  for (const payment of wanted) {
    const known = keys.filter(({ key }) => payment.keys.includes(key));
    const adopted = await adopt(trx, program, payment, known, now);
    if (adopted === undefined) continue;
    const { id: paymentId, transactionId, amountMinor, source } = adopted;
    settled.push({ wanted: payment, transactionId, paymentId, amountMinor, source });
    if (adopted.touched === null) continue;
    touched.set(adopted.id, adopted.touched);
    for (const id of adopted.customerIds) customers.add(id);
  }
  const deciding: Deciding = { trx, deps, program, now, touched, told: [] };
  await decideHistories(deciding, customers, changedCustomers);
  for (const { wanted: payment, paymentId, amountMinor, source } of settled) {
    const one = touched.get(paymentId);
    if (payment.customerId === null && one !== undefined) {
      await decideAlone(deciding, paymentId);
    }
    if (one?.isNew && payment.refunds.length === 0 && payment.disputes.length === 0) continue;
    const isTakenBack = payment.isWithdrawn && source === 'stripe';
    const told = isTakenBack ? takenBack(amountMinor, now) : payment;
    await settleRefunds(trx, program, { id: paymentId, amountMinor }, told, now);
  }
  await appendEvents(trx, deciding.told);
  return settled;
}

/** As if all of it had gone back. */
function takenBack(amountMinor: bigint, at: Date): Pick<ProviderPayment, 'refunds' | 'disputes'> {
  return { refunds: [{ key: 'withdrawn', amountMinor, at }], disputes: [] };
}

interface Adopted {
  id: bigint;
  transactionId: string;
  amountMinor: bigint;
  source: PaymentSource;
  /** The customers whose history it belongs to or did belong to. */
  customerIds: bigint[];
  /** Its decision has to be made, or made again. Null: it stands. */
  touched: Touched | null;
}

/** The stored payment that is meant, made if there is none, with every id it is known by. */
async function adopt(
  trx: Transaction,
  program: Program,
  wanted: ProviderPayment,
  keysKnown: readonly provider.KnownKey[],
  now: Date,
): Promise<Adopted | undefined> {
  const { fact, keys, customerId } = wanted;
  const [transactionId] = keys;
  invariant(transactionId !== undefined, 'a payment has an id');
  const scope = keyScope({ program, website: null }, false);
  let known = keysKnown;
  if (known.length === 0) {
    if (fact === null) return undefined;
    const { workspaceId, isTest } = scope;
    const payment = { workspaceId, customerId, transactionId, isTest, receivedAt: now };
    const told = JSON.stringify(wanted.claim);
    const id = await provider.insertProviderPayment(trx, scope, payment, fact, keys.slice(1), told);
    if (id !== undefined) {
      return {
        id,
        transactionId,
        amountMinor: fact.amountMinor,
        source: fact.source,
        customerIds: idsOf(customerId),
        touched: { isNew: true, isRestated: true, toldAt: null },
      };
    }
    // Another door has just recorded it.
    known = await provider.findKeys(trx, scope, keys);
  }
  const stored = await chooseStored(trx, program, [...new Set(known.map(({ id }) => id))], now);
  if (known.length < keys.length || known.some(({ id }) => id !== stored.id)) {
    await provider.assignKeys(trx, scope, keys, stored.id);
  }
  const mayDecide = stored.source === 'stripe' ? !wasDecidedByOther(stored) : isLeftOpen(stored);
  const { id, transactionId: storedAs, amountMinor, source } = stored;
  const same = { id, transactionId: storedAs, amountMinor, source };
  if (!mayDecide || fact === null) return { ...same, customerIds: [], touched: null };

  const claim = JSON.stringify(wanted.claim);
  const isRestated =
    stored.source === 'stripe'
      ? await provider.restatePayment(trx, stored, fact, customerId)
      : await moveTo(trx, stored, customerId);
  if (claim !== stored.claim) await provider.saveClaim(trx, stored, claim);
  return {
    ...same,
    customerIds: [...idsOf(stored.customerId), ...idsOf(customerId)],
    touched:
      isRestated || claim !== stored.claim ? { isNew: false, isRestated, toldAt: stored.occurredAt } : null,
  };
}

function idsOf(customerId: bigint | null): bigint[] {
  return customerId === null ? [] : [customerId];
}

async function moveTo(
  trx: Transaction,
  stored: provider.PastPayment,
  customerId: bigint | null,
): Promise<boolean> {
  if (customerId === null || stored.customerId === customerId) return false;
  await queries.setCustomer(trx, stored, customerId);
  return true;
}

/** A payment of another door: the provider may add the partner that none was found for. */
function isLeftOpen({ decision, claim }: provider.PastPayment): boolean {
  return decision === null || !decision.attributed || (claim !== null && !isOtherDoor(decision.cause));
}

/**
 * The payment among those that turned out to be one. Where two doors recorded it before anybody knew, the one that is
 * not the provider's stays, and the other is taken back whole.
 */
async function chooseStored(
  trx: Transaction,
  program: Program,
  ids: readonly bigint[],
  now: Date,
): Promise<provider.PastPayment> {
  const payments: provider.PastPayment[] = [];
  for (const id of ids) {
    const payment = await provider.lockPastPayment(trx, program.workspaceId, id);
    if (payment !== undefined) payments.push(payment);
  }
  const chosen = payments.find(({ source }) => source !== 'stripe') ?? payments[0];
  invariant(chosen !== undefined, 'a claimed key belongs to a payment');
  for (const payment of payments) {
    if (payment.source !== 'stripe' || payment.id === chosen.id) continue;
    await takeBackRepeated(trx, payment, chosen, now);
  }
  return chosen;
}

async function takeBackRepeated(
  trx: Transaction,
  repeated: provider.PastPayment,
  chosen: provider.PastPayment,
  now: Date,
): Promise<void> {
  await provider.deleteClaim(trx, repeated);
  const standing = await queries.loadStanding(trx, repeated);
  const amountMinor = repeated.amountMinor - standing.refundedMinor;
  if (amountMinor <= 0n) return;
  const refund = { key: `same_as_${chosen.id}`, amountMinor, at: now };
  await queries.insertRefund(trx, {
    workspaceId: repeated.workspaceId,
    programId: repeated.programId,
    paymentId: repeated.id,
    refundKey: refund.key,
    source: 'stripe',
    amountMinor,
    currency: repeated.currency,
    reason: 'recorded twice',
    isTest: false,
    at: now,
  });
  const changes = await balanceBooks(trx, repeated, 'refund', now);
  await tellRefund(trx, repeated, { ...refund, sign: 1 });
  await tellChanges(trx, repeated, changes, now);
}

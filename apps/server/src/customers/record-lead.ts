import type { LeadRequest } from '@headwater/contract';
import {
  AppError,
  appendEvents,
  type Clock,
  type Hasher,
  type Postgres,
  type Transaction,
} from '../platform/index.ts';
import { type DigestAddress, findClicks, readCustomerKey } from '../touches/index.ts';
import { type Directory, originAllowed, type Program } from '../workspaces/index.ts';
import { bindCustomer, browsersOf, linkBrowsers } from './bind-customer.ts';
import type { Customer, Identifiers } from './customer.ts';
import { findCustomer } from './find-customer.ts';
import { creditLead, leadEvent, takeLeadEffects } from './lead-effects.ts';
import * as queries from './queries.ts';
import { compareAddress } from './same-address.ts';
import { settleProvisionalLeads } from './settle-provisional.ts';

export interface LeadDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
  digestAddress: DigestAddress;
}

/** Who says it: the company's server with its program's token, or a browser. */
export type LeadSender = { kind: 'server' } | { kind: 'browser'; origin: string | null; address: string };

const maxFurtherClicks = 20;
const customerNotFound = 'Customer not found. Provide a valid click_id or customer_key.';

/** Records a sign-up (contract §5.2, in its order). `program` is null when a browser's identifiers name none. */
export async function recordLead(
  deps: LeadDeps,
  program: Program | null,
  request: LeadRequest,
  sender: LeadSender,
): Promise<'recorded' | 'provisional'> {
  const identifiers = readIdentifiers(deps.hasher, request);
  if (identifiers.clickId === null && identifiers.customerKey === null) {
    throw new AppError('invalid_request', 'click_id or customer_key is required');
  }
  if (program === null) throw new AppError('customer_not_found', customerNotFound);
  // Before the transaction: a new day's salt is made by one of its own.
  const digest =
    sender.kind === 'browser' ? await deps.digestAddress(program.id, sender.address, deps.clock.now()) : null;
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const lookup = await findCustomer(trx, program, identifiers);
    if (lookup.customer === undefined && lookup.click === undefined) {
      if (sender.kind === 'server' && lookup.clickOfOtherProgram) {
        throw new AppError('invalid_request', 'Customer does not belong to this program');
      }
      throw new AppError('customer_not_found', customerNotFound);
    }
    if (sender.kind === 'browser') {
      if (!originAllowed(program.allowedOrigins, sender.origin)) throw new AppError('origin_not_allowed');
      if (program.leadAuth === 'server_required') {
        await recordProvisional(trx, program, identifiers, request, now);
        return 'provisional';
      }
    }
    // Judged after binding: of several first leads with one key only one makes the customer, the others find it.
    const bound = await bindCustomer(trx, program, lookup, identifiers, now);
    if (bound.status === 'conversion') {
      throw new AppError(
        'invalid_request',
        'Customer status cannot be updated to lead. Current status: conversion',
      );
    }
    const linked = await linkFurtherClicks(trx, program, bound, request.click_ids ?? [], now);
    const customer = await settleProvisionalLeads(trx, program, linked, identifiers.clickId, now);
    // Else it was known, or is by now: what the browser had said before is the lead then.
    if (customer.status === 'click') {
      await recordNewLead(trx, program, customer, leadRow(program, customer, identifiers, request, now), now);
    }
    if (digest !== null) await compareAddress(trx, customer, digest, now);
    return 'recorded';
  });
}

/** Records a test lead (contract §4): an event that nothing counts. */
export async function recordTestLead(
  deps: LeadDeps,
  program: Program | null,
  request: LeadRequest,
): Promise<number> {
  return deps.postgres.transaction((trx) => recordTestLeadIn(trx, deps, program, request));
}

/** The same inside of the caller's transaction. */
export async function recordTestLeadIn(
  trx: Transaction,
  deps: Pick<LeadDeps, 'hasher' | 'clock'>,
  program: Program | null,
  request: LeadRequest,
): Promise<number> {
  const identifiers = readIdentifiers(deps.hasher, request);
  const now = deps.clock.now();
  const row = { ...leadRow(program, null, identifiers, request, now), isTest: true };
  const id = await queries.insertLead(trx, row);
  await appendEvents(trx, [{ ...leadEvent(program, row, now), is_test: 1 }]);
  return Number(id);
}

function readIdentifiers(hasher: Hasher, request: LeadRequest): Identifiers {
  return {
    customerKey: readCustomerKey(request.customer_key),
    clickId: request.click_id?.trim() ? request.click_id : null,
    email: request.email === undefined ? null : (hasher.email(request.email) ?? null),
    webVisitor: request.visitor_id ?? null,
  };
}

function leadRow(
  program: Program | null,
  customer: Customer | null,
  identifiers: Identifiers,
  request: LeadRequest,
  now: Date,
): queries.NewLead {
  return {
    workspaceId: program?.workspaceId ?? 0,
    programId: program?.id ?? 0,
    customerId: customer?.id ?? null,
    customerKey: identifiers.customerKey,
    email: identifiers.email,
    clickId: identifiers.clickId,
    clickIds: furtherClickIds(request.click_ids ?? []),
    webVisitor: identifiers.webVisitor,
    webSession: request.session_id ?? null,
    partnerId: null,
    pageUrl: request.page_url ?? null,
    eventName: request.event_name ?? null,
    isTest: false,
    provisional: false,
    createdAt: now,
  };
}

function furtherClickIds(clickIds: readonly unknown[]): string[] {
  return clickIds
    .filter((id): id is string => typeof id === 'string' && id.length <= 255 && !id.includes('\u0000'))
    .slice(-maxFurtherClicks);
}

async function linkFurtherClicks(
  trx: Transaction,
  program: Program,
  customer: Customer,
  clickIds: readonly unknown[],
  now: Date,
): Promise<Customer> {
  const ids = furtherClickIds(clickIds);
  if (ids.length === 0) return customer;
  const clicks = await findClicks(trx, program.workspaceId, ids);
  const own = clicks.filter((click) => click.programId === program.id);
  return linkBrowsers(
    trx,
    customer,
    own.flatMap((click) => browsersOf(click, null)),
    now,
  );
}

async function recordProvisional(
  trx: Transaction,
  program: Program,
  identifiers: Identifiers,
  request: LeadRequest,
  now: Date,
): Promise<void> {
  const waiting = await queries.lockProvisionalLeads(trx, program, identifiers);
  const isKnown = waiting.some(
    (lead) => lead.customerKey === identifiers.customerKey && lead.clickId === identifiers.clickId,
  );
  if (isKnown) return;
  await queries.insertLead(trx, {
    ...leadRow(program, null, identifiers, request, now),
    provisional: true,
  });
}

/** A sign-up that nobody told of before: its row and its effects. */
async function recordNewLead(
  trx: Transaction,
  program: Program,
  customer: Customer,
  row: queries.NewLead,
  now: Date,
): Promise<void> {
  const credit = await creditLead(trx, program, customer, now);
  const id = await queries.insertLead(trx, { ...row, partnerId: credit.click?.partnerId ?? null });
  await takeLeadEffects(trx, program, customer, { ...row, id, at: now }, credit, now);
}

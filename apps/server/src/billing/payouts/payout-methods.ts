import type { PayoutMethodRecord, SetPayoutMethodRequest } from '@headwater/contract';
import {
  AppError,
  isEmail,
  type ManagementPrincipal,
  type Postgres,
  type Sealer,
  smallId,
} from '../../platform/index.ts';
import { actorName, type Program } from '../../workspaces/index.ts';
import type { InvoiceDeps } from '../invoices/issue-invoices.ts';
import { recordBilling } from '../record-billing.ts';
import * as queries from './method-queries.ts';

export interface MethodDeps extends InvoiceDeps {
  sealer: Sealer;
}

/** Where a partner's money goes, whole: for the files only. */
export type PayoutDetails = Record<string, string>;

/** Sets where a partner's money goes; payouts that are made already keep the method they were made with. */
export async function setPayoutMethod(
  deps: MethodDeps,
  actor: ManagementPrincipal,
  program: Program,
  partnerId: unknown,
  request: SetPayoutMethodRequest,
): Promise<PayoutMethodRecord> {
  const id = await getPartner(deps.postgres, program, partnerId);
  const details = readDetails(request);
  const masked = Object.fromEntries(Object.entries(details).map(([name, text]) => [name, mask(name, text)]));
  const { workspaceId } = program;
  const { method } = request;
  const now = deps.clock.now();
  const row = await deps.postgres.transaction(async (trx) => {
    const inserted = await queries.insertMethod(trx, {
      ...{ workspaceId, partnerId: id, method, masked },
      sealed: deps.sealer.seal(JSON.stringify(details), detailsContext(workspaceId, id)),
      setBy: actorName(actor),
      at: now,
    });
    const subject = `partner ${id}`;
    const act = { act: 'payout_method.set', programId: program.id, subject, details: { method } };
    await recordBilling(trx, actor, act, now);
    return inserted;
  });
  return toRecord(row);
}

/** Null: none was set yet. */
export async function findPayoutMethod(
  deps: MethodDeps,
  program: Program,
  partnerId: unknown,
): Promise<PayoutMethodRecord | null> {
  const id = await getPartner(deps.postgres, program, partnerId);
  const row = await queries.findMethod(deps.postgres, program.workspaceId, id);
  return row === undefined ? null : toRecord(row);
}

export function openDetails(
  sealer: Sealer,
  workspaceId: number,
  payout: { partnerId: number; detailsSealed: Buffer },
): PayoutDetails {
  return JSON.parse(sealer.open(payout.detailsSealed, detailsContext(workspaceId, payout.partnerId)));
}

/** The partner of a path, if it is or was enrolled in the program; else 404. */
export async function getPartner(postgres: Postgres, program: Program, partnerId: unknown): Promise<number> {
  const id = smallId(partnerId);
  if (id === undefined || !(await queries.isOfProgram(postgres, program, id))) {
    throw new AppError('partner_not_found');
  }
  return id;
}

function detailsContext(workspaceId: number, partnerId: number): string {
  return `payout details of partner ${partnerId} of workspace ${workspaceId}`;
}

/** What each method needs; the rest of what was sent is not kept. */
function readDetails(request: SetPayoutMethodRequest): PayoutDetails {
  const text = (name: keyof SetPayoutMethodRequest): string => {
    const value = request[name]?.trim() ?? '';
    if (value === '') throw new AppError('invalid_request', `${name} is required for ${request.method}`);
    return value;
  };
  switch (request.method) {
    case 'paypal':
      return { email: emailOf(text('email')) };
    case 'stripe':
      return { stripe_account: matching('stripe_account', text('stripe_account'), /^acct_\w{6,64}$/) };
    case 'wise': {
      const iban: PayoutDetails = request.iban === undefined ? {} : { iban: ibanOf(request.iban) };
      const email: PayoutDetails = request.email === undefined ? {} : { email: emailOf(request.email) };
      if (request.iban === undefined && request.email === undefined) text('email');
      return {
        account_holder: text('account_holder'),
        recipient_type: request.recipient_type ?? 'person',
        ...iban,
        ...email,
      };
    }
    case 'bank_transfer': {
      const holder = { account_holder: text('account_holder') };
      const bic: PayoutDetails = request.bic === undefined ? {} : { bic: bicOf(request.bic) };
      if (request.iban !== undefined) return { ...holder, iban: ibanOf(request.iban), ...bic };
      if (request.account_number === undefined) text('iban');
      return {
        ...holder,
        account_number: matching('account_number', text('account_number'), /^[\dA-Za-z -]{4,34}$/),
        routing_number: matching('routing_number', text('routing_number'), /^[\dA-Za-z -]{3,20}$/),
        ...bic,
      };
    }
  }
}

function emailOf(text: string): string {
  if (!isEmail(text)) throw new AppError('invalid_request', 'email is invalid');
  return text.trim();
}

function bicOf(text: string): string {
  return matching('bic', text.replaceAll(' ', '').toUpperCase(), /^[A-Z]{6}[A-Z\d]{2}(?:[A-Z\d]{3})?$/);
}

/** ISO 13616: the check digits make the whole number 1 modulo 97. */
function ibanOf(text: string): string {
  const iban = text.replaceAll(/[\s-]/g, '').toUpperCase();
  matching('iban', iban, /^[A-Z]{2}\d{2}[A-Z\d]{10,30}$/);
  const digits = `${iban.slice(4)}${iban.slice(0, 4)}`.replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  if (BigInt(digits) % 97n !== 1n) throw new AppError('invalid_request', 'iban is invalid');
  return iban;
}

function matching(name: string, text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new AppError('invalid_request', `${name} is invalid`);
  return text;
}

/** Enough to recognise one's own account by, too little to use it. */
function mask(name: string, text: string): string {
  if (name === 'recipient_type') return text;
  if (name === 'email') return `${[...text][0]}***@${text.split('@')[1]}`;
  if (name === 'account_holder') return `${[...text][0]}***`;
  return `****${text.slice(-4)}`;
}

function toRecord(row: queries.MethodRow): PayoutMethodRecord {
  return { method: row.method, details: row.masked, created_at: row.createdAt.toISOString() };
}

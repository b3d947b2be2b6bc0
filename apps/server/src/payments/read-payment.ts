import { type AttributePaymentRequest, maxAmountMinor, type SaleRequest } from '@headwater/contract';
import { type Currency, parseCurrency } from '../money/index.ts';
import {
  AppError,
  boundedJson,
  type Hasher,
  invariant,
  minuteMs,
  newId,
  parseInstant,
} from '../platform/index.ts';
import { readCustomerKey } from '../touches/index.ts';
import type { Program, Website } from '../workspaces/index.ts';
import type { PaymentFact } from './payment.ts';

const maxLineItemBytes = 64 * 1024;
const maxAheadMs = 5 * minuteMs;

/** Turns a sale as sent (contract §5.3) into the fact of a payment; refuses what its schema cannot say. */
export function readSale(
  hasher: Hasher,
  program: Program,
  request: SaleRequest,
  additionalData: string | null,
  now: Date,
): PaymentFact {
  const tax = request.tax_cents ?? 0;
  const shipping = request.shipping_cents ?? 0;
  if (tax > maxAmountMinor || tax > request.amount_cents)
    throw new AppError('invalid_request', 'tax_cents is invalid');
  if (tax + shipping > request.amount_cents)
    throw new AppError('invalid_request', 'shipping_cents is invalid');
  return {
    source: 'sale',
    program,
    website: null,
    transactionId: request.transaction_id,
    amountMinor: BigInt(request.amount_cents),
    currency: currencyOf(request.currency ?? 'USD'),
    taxMinor: BigInt(tax),
    shippingMinor: BigInt(shipping),
    saleType: request.sale_type ?? 'payment',
    isRecurring: request.is_recurring ?? false,
    subscriptionId: request.subscription_id?.trim() || null,
    subscriptionInterval: request.subscription_interval ?? null,
    productId: request.product_id?.trim() || null,
    lineItems: readLineItems(request.line_items),
    additionalData,
    occurredAt: readOccurredAt(request.occurred_at, now),
    customerKey: readCustomerKey(request.customer_key),
    clickId: request.click_id?.trim() ? request.click_id : null,
    email: readEmail(hasher, request.customer_email),
    visit: null,
  };
}

/** A test sale: what is sent is checked as usual, what is missing has a default (contract §4). */
export function readTestSale(
  hasher: Hasher,
  program: Program,
  reader: { read(body: Record<string, unknown>): SaleRequest },
  body: Record<string, unknown>,
  additionalData: string | null,
  now: Date,
): PaymentFact & { transactionId: string } {
  const request = reader.read({
    ...body,
    transaction_id: body.transaction_id ?? newId(`test_txn_${now.getTime()}`),
    amount_cents: body.amount_cents ?? 9999,
    click_id: body.click_id ?? `test_sale_${now.getTime()}`,
  });
  const fact = readSale(hasher, program, request, additionalData, now);
  return { ...fact, transactionId: request.transaction_id };
}

/** Turns a website's payment as sent (contract §6.2) into the fact of a payment. */
export function readWebsitePayment(
  hasher: Hasher,
  owner: { website: Website; program: Program | null },
  request: AttributePaymentRequest,
  idempotencyKey: string | null,
  now: Date,
): PaymentFact {
  const { website, program } = owner;
  const key = request.transaction_id?.trim() ? request.transaction_id : readIdempotencyKey(idempotencyKey);
  return {
    source: 'attribute_payment',
    program,
    website,
    transactionId: key,
    amountMinor: BigInt(request.revenue),
    currency: request.currency === undefined ? website.currency : currencyOf(request.currency),
    taxMinor: 0n,
    shippingMinor: 0n,
    saleType: 'payment',
    isRecurring: false,
    subscriptionId: null,
    subscriptionInterval: null,
    productId: null,
    lineItems: null,
    additionalData: null,
    occurredAt: readOccurredAt(request.occurred_at, now),
    customerKey: null,
    clickId: null,
    email: hasher.email(request.email) ?? null,
    visit: { visitorId: request.visitor_id, sessionId: request.session_id },
  };
}

function currencyOf(text: string): Currency {
  const currency = parseCurrency(text);
  invariant(currency !== undefined, 'the schema lets only currencies pass');
  return currency;
}

function readOccurredAt(text: string | undefined, now: Date): Date {
  if (text === undefined) return now;
  const at = parseInstant(text);
  if (at === undefined || at.getTime() > now.getTime() + maxAheadMs) {
    throw new AppError('invalid_request', 'occurred_at is invalid');
  }
  return at;
}

function readLineItems(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const json = boundedJson(value, maxLineItemBytes);
  if (json === undefined) throw new AppError('invalid_request', 'line_items is invalid');
  return json;
}

function readEmail(hasher: Hasher, text: string | undefined): PaymentFact['email'] {
  if (text === undefined || text.trim() === '') return null;
  const email = hasher.email(text);
  if (email === undefined) throw new AppError('invalid_request', 'customer_email is invalid');
  return email;
}

function readIdempotencyKey(key: string | null): string | null {
  if (key === null || key.trim() === '') return null;
  if (key.length > 255) {
    throw new AppError('invalid_request', 'Idempotency-Key must be a string of at most 255 characters');
  }
  return key;
}

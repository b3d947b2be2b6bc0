import {
  AttributePaymentAnswer,
  AttributePaymentRequest,
  DuplicateAnswer,
  ExplainAnswer,
  RefundAnswer,
  RefundRequest,
  SaleAnswer,
  SaleRequest,
  TestEventAnswer,
} from '@headwater/contract';
import Type from 'typebox';
import { toMajor } from '../money/index.ts';
import {
  type Answer,
  AppError,
  type Call,
  type Hasher,
  invariant,
  ok,
  type ProgramPrincipal,
  type Route,
  reader,
  type WebsitePrincipal,
  wholeNumber,
} from '../platform/index.ts';
import { readAdditionalData, testAnswer } from '../touches/index.ts';
import type { Directory, Program } from '../workspaces/index.ts';
import type { PaymentDeps } from './door.ts';
import { explainPayment } from './explain-payment.ts';
import type { PaymentOutcome, RecordedPayment } from './payment.ts';
import { readSale, readTestSale, readWebsitePayment } from './read-payment.ts';
import { recordPayment, recordTestPayment } from './record-payment.ts';
import { type RefundOutcome, recordTestRefund, refundPayment, type SkipReason } from './refund-payment.ts';

export interface PaymentRouteDeps extends PaymentDeps {
  directory: Directory;
  hasher: Hasher;
}

const saleReader = reader(SaleRequest);
const refundReader = reader(RefundRequest);
const attributeReader = reader(AttributePaymentRequest);
const { website_id } = AttributePaymentRequest.properties;
const websiteIdReader = reader(Type.Object({ website_id }));

export function paymentRoutes(deps: PaymentRouteDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/track/sale',
      tag: 'Tracking',
      summary: 'Record a payment',
      access: { kind: 'program' },
      errors: 'plain',
      failure: 'Sale tracking failed',
      body: SaleRequest,
      answers: { 200: Type.Union([SaleAnswer, TestEventAnswer]), 409: DuplicateAnswer },
      refuses: ['customer_not_found', 'wrong_program', 'not_enrolled'],
      handle: (call) => answerSale(deps, call),
    },
    {
      method: 'POST',
      path: '/api/v1/track/refund',
      tag: 'Tracking',
      summary: 'Record a refund, whole or in part',
      access: { kind: 'program' },
      errors: 'plain',
      failure: 'Refund tracking failed',
      body: RefundRequest,
      answers: { 200: Type.Union([RefundAnswer, TestEventAnswer]) },
      refuses: ['refund_too_large', 'sale_not_found'],
      handle: (call) => answerRefund(deps, call),
    },
    {
      method: 'POST',
      path: '/api/v1/attribute-payment',
      tag: 'Visits',
      summary: 'Join a payment to the visit that brought it',
      access: { kind: 'website' },
      errors: 'message',
      failure: 'The payment could not be attributed.',
      body: AttributePaymentRequest,
      answers: { 200: AttributePaymentAnswer },
      refuses: ['visit_not_found'],
      handle: (call) => answerAttribution(deps, call),
    },
    {
      method: 'GET',
      path: '/api/v1/payments/:id/explain',
      tag: 'Payments',
      summary: 'Explain a payment: evidence, losers, terms, arithmetic, ledger',
      access: { kind: 'management', scope: 'program:read', orProgramToken: true },
      errors: 'plain',
      failure: 'Explain failed',
      answers: { 200: ExplainAnswer },
      async handle(call) {
        const id = wholeNumber(call.params.id);
        const { principal } = call;
        if (id === undefined) throw new AppError('payment_not_found');
        invariant(principal.kind === 'management' || principal.kind === 'program', 'explain has a reader');
        return ok({ data: await explainPayment(deps.postgres, BigInt(id), principal) });
      },
    },
  ];
}

async function answerSale(deps: PaymentRouteDeps, call: Call): Promise<Answer> {
  const program = await programOf(deps, call);
  const extra = readAdditionalData(call.body);
  const now = deps.clock.now();
  if (extra.testMode) {
    const fact = readTestSale(deps.hasher, program, saleReader, call.body, extra.json, now);
    const test = await recordTestPayment(deps, fact);
    if (test.isDuplicate) throw duplicateSale(test.paymentId, null);
    return testAnswer('sale', Number(test.paymentId), program.id);
  }
  const fact = readSale(deps.hasher, program, saleReader.read(call.body), extra.json, now);
  const result: PaymentOutcome = await recordPayment(deps, fact);
  if (result.outcome === 'duplicate') throw duplicateSale(result.paymentId, result.commissionId);
  return ok(saleAnswer(result.payment));
}

function duplicateSale(paymentId: bigint, commissionId: bigint | null): AppError {
  return new AppError('duplicate_transaction', undefined, {
    details: {
      message: 'transaction_id already recorded',
      statusCode: 409,
      sale_id: Number(paymentId),
      commission_id: commissionId === null ? null : Number(commissionId),
    },
  });
}

/** The answers of contract §5.3: with a commission, or with the reason why there is none. */
function saleAnswer({ paymentId, decision, commissionIds }: RecordedPayment): Record<string, unknown> {
  const ids = commissionIds.map(Number);
  const base = { success: true, sale_id: Number(paymentId), commission_id: ids[0] ?? null };
  if (ids.length > 0) {
    const shares = decision?.model === 'linear' ? { commission_ids: ids } : {};
    return { ...base, ...shares, message: 'Sale tracked successfully' };
  }
  const reason = decision?.reason ?? 'no_touch';
  if (reason === 'attribution_window_expired') {
    return {
      ...base,
      attributed: false,
      reason,
      click_age_days: decision?.clickAgeDays,
      window_days: decision?.windowDays,
      message: 'Sale tracked — attribution window expired, no commission created',
    };
  }
  return {
    ...base,
    attributed: decision?.attributed ?? false,
    reason,
    message: 'Sale tracked — no commission created',
  };
}

async function answerRefund(deps: PaymentRouteDeps, call: Call): Promise<Answer> {
  const program = await programOf(deps, call);
  const extra = readAdditionalData(call.body);
  if (extra.testMode) {
    const request = refundReader.read({ ...call.body, transaction_id: call.body.transaction_id ?? 'test' });
    const eventId = await recordTestRefund(deps, {
      program,
      amountMinor: BigInt(request.refund_amount_cents ?? 0),
      refundKey: request.refund_id ?? null,
      reason: request.refund_reason ?? null,
    });
    return testAnswer('refund', Number(eventId), program.id);
  }
  const request = refundReader.read(call.body);
  const result = await refundPayment(deps, {
    program,
    source: 'refund_api',
    transactionId: request.transaction_id,
    amountMinor: request.refund_amount_cents ? BigInt(request.refund_amount_cents) : null,
    refundKey: request.refund_id?.trim() ? request.refund_id : null,
    reason: request.refund_reason ?? null,
  });
  return ok(refundAnswer(result));
}

const skipTexts: Record<SkipReason, string> = {
  refund_id_seen: 'refund_id already recorded',
  nothing_left: 'already reversed',
  partly_refunded_before: 'already refunded in part; send refund_id to record another partial refund',
};

function refundAnswer(result: RefundOutcome): Record<string, unknown> {
  if (result.outcome === 'skipped') {
    return {
      success: true,
      status: 'skipped',
      reason: skipTexts[result.reason],
      commission_id: result.commissionId === null ? null : Number(result.commissionId),
    };
  }
  if (result.commission === null) {
    return { success: true, status: 'no_commission', message: 'Sale has no commission to reverse' };
  }
  return {
    success: true,
    status: result.isWhole ? 'reversed' : 'refunded',
    deductionAmount: toMajor(result.commission.deductedMinor, result.commission.currency),
    commission_id: Number(result.commission.id),
  };
}

async function answerAttribution(deps: PaymentRouteDeps, call: Call): Promise<Answer> {
  const principal = call.principal as WebsitePrincipal;
  const { website_id: websiteId } = websiteIdReader.read(call.body);
  if (websiteId !== principal.websiteId) throw new AppError('invalid_token');
  const request = attributeReader.read(call.body);
  const website = await deps.directory.findWebsite(websiteId);
  invariant(website !== undefined, 'a website token belongs to a website');
  const program =
    website.programId === null ? undefined : await deps.directory.findProgram(website.programId);
  const idempotencyKey = call.header('idempotency-key');
  const fact = readWebsitePayment(
    deps.hasher,
    { website, program: program ?? null },
    request,
    idempotencyKey,
    deps.clock.now(),
  );
  const result = await recordPayment(deps, fact);
  const message = 'Payment event attributed successfully.';
  return ok(result.outcome === 'duplicate' ? { message, duplicate: true } : { message });
}

async function programOf(deps: PaymentRouteDeps, call: Call): Promise<Program> {
  const { programId } = call.principal as ProgramPrincipal;
  const program = await deps.directory.findProgram(programId);
  invariant(program !== undefined, 'a program token belongs to a program');
  return program;
}

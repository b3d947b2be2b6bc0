import type { InvoiceRecord, PayInvoiceRequest } from '@headwater/contract';
import { AppError, invariant, type ManagementPrincipal, parseInstant } from '../../platform/index.ts';
import { actorName, resumeProgram } from '../../workspaces/index.ts';
import { recordBilling } from '../record-billing.ts';
import type { InvoiceDeps } from './issue-invoices.ts';
import { findInvoice, insertInvoicePayment, isAnyOverdue } from './pay-queries.ts';
import { lockBilling } from './queries.ts';
import { getInvoice } from './read-invoices.ts';
import { settleFees } from './settle-fees.ts';

/**
 * Records that an invoice was paid, and resumes its program at once when nothing of it is overdue any more (contract §8).
 * 409 for one that is paid, or has nothing to pay.
 */
export async function payInvoice(
  deps: InvoiceDeps,
  actor: ManagementPrincipal,
  invoiceId: unknown,
  request: PayInvoiceRequest,
): Promise<InvoiceRecord> {
  const { id } = await getInvoice(deps.postgres, actor, invoiceId);
  const now = deps.clock.now();
  await deps.postgres.transaction(async (trx) => {
    const known = await findInvoice(trx, actor, id);
    invariant(known, 'an invoice that was read is there');
    await lockBilling(trx, known);
    // Read again: whoever held the lock may have paid it.
    const invoice = await findInvoice(trx, actor, id);
    invariant(invoice, 'an invoice stays');
    if (invoice.paidAt !== null) throw new AppError('conflict', 'Invoice is already paid');
    if (invoice.totalMinor <= 0n) throw new AppError('conflict', 'Nothing is due on this invoice');
    await insertInvoicePayment(trx, invoice, {
      paidAt: parseInstant(request.paid_at) ?? now,
      reference: request.reference?.trim() || null,
      recordedBy: actorName(actor),
      recordedAt: now,
    });
    await settleFees(trx, invoice, now);
    const { workspaceId, programId, number } = invoice;
    const isResumed =
      !(await isAnyOverdue(trx, invoice)) && (await resumeProgram(trx, workspaceId, programId));
    const { reference } = request;
    const act = { act: 'invoice.pay', programId, subject: `invoice ${number}`, details: { reference } };
    await recordBilling(trx, actor, act, now);
    if (isResumed) {
      const reason = `invoice ${number} was paid`;
      const resume = { act: 'program.resume', programId, subject: `program ${programId}`, reason };
      await recordBilling(trx, actor, resume, now);
    }
  });
  return getInvoice(deps.postgres, actor, invoiceId);
}

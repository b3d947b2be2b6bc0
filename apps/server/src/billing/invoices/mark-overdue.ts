import { pauseProgram } from '../../workspaces/index.ts';
import type { InvoiceDeps } from './issue-invoices.ts';
import { insertReminder, isPaid, listPastDue } from './pay-queries.ts';
import { lockBilling } from './queries.ts';

/**
 * The daily run (contract §8): invoices past their day become overdue and their programs are paused. Tracking, sales and
 * renewals go on. Safe to repeat and to race a payment: what is paid meanwhile does not become overdue. Returns how many
 * became overdue.
 */
export async function markOverdue({ postgres, clock }: InvoiceDeps): Promise<number> {
  const now = clock.now();
  const pastDue = await listPastDue(postgres, now);
  let marked = 0;
  for (const invoice of pastDue) {
    marked += await postgres.transaction(async (trx) => {
      await lockBilling(trx, invoice);
      if (await isPaid(trx, invoice)) return 0;
      if (!(await insertReminder(trx, invoice, now))) return 0;
      await pauseProgram(trx, invoice.workspaceId, invoice.programId);
      return 1;
    });
  }
  return marked;
}

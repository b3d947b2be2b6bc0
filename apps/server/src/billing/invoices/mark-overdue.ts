import { pauseProgram } from '../../workspaces/index.ts';
import { recordBilling, schedule } from '../record-billing.ts';
import { writeOverdue } from '../write-mails.ts';
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
      const { workspaceId, programId, number } = invoice;
      const by = { workspaceId, name: schedule } as const;
      await writeOverdue(trx, invoice, now);
      const isPaused = await pauseProgram(trx, workspaceId, programId);
      await recordBilling(trx, by, { act: 'invoice.overdue', programId, subject: `invoice ${number}` }, now);
      if (isPaused) {
        const reason = `invoice ${number} is overdue`;
        await recordBilling(
          trx,
          by,
          { act: 'program.pause', programId, subject: `program ${programId}`, reason },
          now,
        );
      }
      return 1;
    });
  }
  return marked;
}

import type { Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';

/** Puts a mail to a program's billing contact into the outbox, in the transaction of what it tells of; none without one. */
export async function queueMail(
  trx: Transaction,
  program: { workspaceId: number; programId: number },
  mail: { subject: string; lines: readonly string[] },
  at: Date,
): Promise<void> {
  const to = await queries.findContact(trx, program);
  if (to !== undefined) await queueMailTo(trx, program, to, mail, at);
}

/** The same, to somebody whose address is at hand, sealed. */
export async function queueMailTo(
  trx: Transaction,
  program: { workspaceId: number; programId: number },
  to: queries.Recipient,
  mail: { subject: string; lines: readonly string[] },
  at: Date,
): Promise<void> {
  const body = `${mail.lines.join('\n')}\n`;
  await queries.insertMail(trx, { ...program, to, subject: mail.subject, body, at });
}

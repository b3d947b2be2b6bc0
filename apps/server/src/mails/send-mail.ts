import { createTransport } from 'nodemailer';
import type { Clock, Postgres, Sealer } from '../platform/index.ts';
import * as queries from './queries.ts';
import { openRecipient } from './recipient.ts';

/** A mail server, and who mails come from. */
export interface Smtp {
  url: string;
  from: string;
}

export interface MailDeps {
  postgres: Postgres;
  clock: Clock;
  sealer: Sealer;
  /** Undefined: there is no mail server. */
  smtp: Smtp | undefined;
}

const patienceMs = 20_000;

/**
 * One attempt at a mail. Throws when it is to be tried again; the last attempt makes it failed, and does not throw. The
 * message id stays the same, so that a mail which was sent twice for want of an answer is seen to be one.
 */
export async function sendMail(
  { postgres, clock, sealer, smtp }: MailDeps,
  key: { workspaceId: number; id: number },
  isLast: boolean,
): Promise<void> {
  const { workspaceId } = key;
  const mail = await queries.findMail(postgres, workspaceId, key.id);
  if (mail === undefined || mail.state !== 'waiting') return;
  if (smtp === undefined) {
    await queries.noteMail(postgres, workspaceId, mail.id, { state: 'kept', error: null, sentAt: null });
    return;
  }
  const transport = openTransport(smtp);
  try {
    await transport.sendMail({
      from: smtp.from,
      to: openRecipient(sealer, workspaceId, mail.recipientSealed),
      subject: mail.subject,
      text: mail.body,
      messageId: `<mail-${workspaceId}-${mail.id}@headwater>`,
    });
    const sentAt = clock.now();
    await queries.noteMail(postgres, workspaceId, mail.id, { state: 'sent', error: null, sentAt });
  } catch (error) {
    const state = isLast ? 'failed' : 'waiting';
    const told = error instanceof Error ? error.message : 'unknown failure';
    await queries.noteMail(postgres, workspaceId, mail.id, { state, error: told, sentAt: null });
    if (!isLast) throw error;
  } finally {
    transport.close();
  }
}

/** Sends a mail that is kept nowhere, for it holds a secret; throws when the mail server does not take it. */
export async function sendSecretMail(
  smtp: Smtp,
  mail: { to: string; subject: string; lines: readonly string[] },
): Promise<void> {
  const transport = openTransport(smtp);
  try {
    const text = `${mail.lines.join('\n')}\n`;
    await transport.sendMail({ from: smtp.from, to: mail.to, subject: mail.subject, text });
  } finally {
    transport.close();
  }
}

function openTransport({ url }: Smtp) {
  const timeouts = { connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs };
  return createTransport({ url, ...timeouts });
}

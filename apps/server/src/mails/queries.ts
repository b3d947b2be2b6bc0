import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface Recipient {
  sealed: Buffer;
  masked: string;
}

const saveContactRow = statement(
  'mails.save_contact',
  `insert into billing_contacts (workspace_id, program_id, email_sealed, email_masked, set_at) values ($1, $2, $3, $4, $5)
   on conflict (workspace_id, program_id) do update
     set email_sealed = excluded.email_sealed, email_masked = excluded.email_masked, set_at = excluded.set_at`,
);

export async function saveContact(
  trx: Transaction,
  program: { workspaceId: number; programId: number },
  { sealed, masked }: Recipient,
  at: Date,
): Promise<void> {
  await trx.query(saveContactRow, [program.workspaceId, program.programId, sealed, masked, at]);
}

const contact = statement(
  'mails.find_contact',
  `select email_sealed as sealed, email_masked as masked from billing_contacts
   where workspace_id = $1 and program_id = $2`,
);

export async function findContact(
  sql: Sql,
  program: { workspaceId: number; programId: number },
): Promise<Recipient | undefined> {
  const [row] = await sql.query<Recipient>(contact, [program.workspaceId, program.programId]);
  return row;
}

const insert = statement(
  'mails.insert',
  `with mail as (
     insert into mails (workspace_id, program_id, recipient_sealed, recipient_masked, subject, body, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning id
   )
   select graphile_worker.add_job('send_mail', json_build_object('workspace_id', $1::integer, 'id', id),
     max_attempts => 14) is null as none
   from mail`,
);

export interface NewMail {
  workspaceId: number;
  programId: number;
  to: Recipient;
  subject: string;
  body: string;
  at: Date;
}

export async function insertMail(trx: Transaction, mail: NewMail): Promise<void> {
  const { sealed, masked } = mail.to;
  const values = [mail.workspaceId, mail.programId, sealed, masked, mail.subject, mail.body, mail.at];
  await trx.query(insert, values);
}

export interface MailRow {
  id: bigint;
  recipientSealed: Buffer;
  recipientMasked: string;
  subject: string;
  body: string;
  state: 'waiting' | 'sent' | 'kept' | 'failed';
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
}

const columns = `id, recipient_sealed as "recipientSealed", recipient_masked as "recipientMasked", subject, body, state,
  last_error as "lastError", created_at as "createdAt", sent_at as "sentAt"`;

const find = statement('mails.find', `select ${columns} from mails where workspace_id = $1 and id = $2`);

export async function findMail(sql: Sql, workspaceId: number, id: number): Promise<MailRow | undefined> {
  const [row] = await sql.query<MailRow>(find, [workspaceId, id]);
  return row;
}

const list = statement(
  'mails.list',
  `select ${columns} from mails
   where workspace_id = $1 and program_id = $2 and ($3::text is null or state = $3) and ($4::bigint is null or id < $4)
   order by id desc limit $5`,
);

export function listMails(
  sql: Sql,
  program: { workspaceId: number; programId: number },
  asked: { state: string | null; beforeId: string | null; limit: number },
): Promise<MailRow[]> {
  const { state, beforeId, limit } = asked;
  return sql.query(list, [program.workspaceId, program.programId, state, beforeId, limit]);
}

const note = statement(
  'mails.note',
  'update mails set state = $3, last_error = $4, sent_at = $5 where workspace_id = $1 and id = $2',
);

export async function noteMail(
  sql: Sql,
  workspaceId: number,
  id: bigint,
  outcome: { state: MailRow['state']; error: string | null; sentAt: Date | null },
): Promise<void> {
  await sql.query(note, [workspaceId, id, outcome.state, outcome.error, outcome.sentAt]);
}

import {
  BillingContact,
  MailItem,
  MailsQuery,
  mailStates,
  SetBillingContactRequest,
} from '@headwater/contract';
import {
  type Page,
  type Route,
  readChoice,
  readCursor,
  reader,
  readLimit,
  toPage,
} from '../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram, listRoute, type Program } from '../workspaces/index.ts';
import { type ContactDeps, getContact, setContact } from './billing-contact.ts';
import * as queries from './queries.ts';

const tag = 'Mails';
const path = '/api/v1/programs/:id';
const contactReader = reader(SetBillingContactRequest);

export function mailRoutes(deps: ContactDeps & { directory: Directory }): Route[] {
  const { directory } = deps;
  return [
    dataRoute(
      {
        method: 'PUT',
        path: `${path}/billing-contact`,
        scope: 'billing:manage',
        tag,
        summary: 'Set who is written to about invoices and payouts; kept encrypted, read back masked',
        body: SetBillingContactRequest,
        answer: BillingContact,
        status: 200,
        handle: async (call, manager) =>
          setContact(
            deps,
            manager,
            await getOwnProgram(directory, manager, call.params.id),
            contactReader.read(call.body),
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: `${path}/billing-contact`,
        scope: 'program:read',
        tag,
        summary: 'Who is written to about invoices and payouts, masked',
        answer: BillingContact,
        status: 200,
        handle: async (call, manager) =>
          getContact(deps, await getOwnProgram(directory, manager, call.params.id)),
      },
      directory,
    ),
    listRoute(
      {
        path: `${path}/mails`,
        scope: 'billing:manage',
        tag,
        summary:
          'The outbox of a program, newest first: what was sent, and what was kept without a mail server',
        query: MailsQuery,
        answer: MailItem,
        handle: async (call, manager) =>
          listMails(deps, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
  ];
}

async function listMails(
  { postgres }: ContactDeps,
  program: Program,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<MailItem>> {
  const limit = readLimit(query);
  const key = { workspaceId: program.workspaceId, programId: program.id };
  const rows = await queries.listMails(postgres, key, {
    state: readChoice(query, 'state', mailStates) ?? null,
    beforeId: readCursor(query, ['longId'])?.[0] ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toItem, (row) => [row.id]);
}

function toItem(row: queries.MailRow): MailItem {
  return {
    id: Number(row.id),
    to_masked: row.recipientMasked,
    subject: row.subject,
    body: row.body,
    state: row.state,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    sent_at: row.sentAt?.toISOString() ?? null,
  };
}

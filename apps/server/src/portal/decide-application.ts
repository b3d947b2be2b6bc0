import type { ApplicationItem, ApproveApplicationRequest, ApprovedApplication } from '@headwater/contract';
import { openRecipient, queueMailTo } from '../mails/index.ts';
import { invitePartnerIn } from '../people/index.ts';
import {
  AppError,
  kysely,
  type ManagementPrincipal,
  type Page,
  readChoice,
  readCursor,
  readLimit,
  smallId,
  sqlOf,
  type Transaction,
  toPage,
} from '../platform/index.ts';
import { actorName, admitIn, mayTouch, type Program, recordAct } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import * as queries from './program-queries.ts';

/** The applications to a program, newest first; filter `state`. */
export async function listApplications(
  { postgres }: PortalDeps,
  program: Program,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<ApplicationItem>> {
  const limit = readLimit(query);
  const rows = await queries.listApplicationRows(postgres, program, {
    beforeId: readCursor(query, ['longId'])?.[0] ?? null,
    state: readChoice(query, 'state', ['open', 'approved', 'rejected']) ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toItem, (row) => [row.id]);
}

/** Locked until the end of the transaction. 404 for a stranger's, 409 when it was decided before. */
async function lockOpen(trx: Transaction, actor: ManagementPrincipal, applicationId: unknown) {
  const id = smallId(applicationId);
  const row = id === undefined ? undefined : await queries.lockApplication(trx, actor.workspaceId, id);
  if (row === undefined || !mayTouch(actor, row.programId)) throw new AppError('application_not_found');
  if (row.decision !== null) throw new AppError('application_decided');
  return row;
}

/**
 * Makes the applicant a partner with a first link, and invites them to the portal: one transaction. Who was a partner before
 * is the same partner again.
 */
export async function approve(
  deps: PortalDeps,
  actor: ManagementPrincipal,
  applicationId: unknown,
  request: ApproveApplicationRequest,
  by = actorName(actor),
): Promise<ApprovedApplication> {
  const { postgres, directory, people, sealer, clock } = deps;
  try {
    const { row, invitation } = await kysely(postgres)
      .transaction()
      .execute(async (db) => {
        const trx = sqlOf(db) as Transaction;
        const open = await lockOpen(trx, actor, applicationId);
        if (open.isArchived) throw new AppError('conflict', 'Program is archived');
        // Erased while they waited: there is nobody to invite.
        if (open.emailSealed === null)
          throw new AppError('conflict', 'The applicant was forgotten: reject the application');
        const email = openRecipient(sealer, open.workspaceId, open.emailSealed);
        const partner = await admitIn(db, deps, actor, open.programId, {
          ...{ name: open.name, email },
          ...(request.group_id === undefined ? {} : { group_id: request.group_id }),
        });
        const partnerId = partner.id;
        const at = clock.now();
        const decision = { decision: 'approved', by, at, reason: null, partnerId } as const;
        const row = await queries.decideApplication(trx, open, decision);
        const invitation = await invitePartnerIn(trx, people, {
          ...{ workspaceId: open.workspaceId, partnerId, invitedBy: by },
          ...{ email, program: open.program },
        });
        const act = {
          act: 'application.approve',
          programId: open.programId,
          subject: `application ${open.id}`,
          details: { partner_id: partnerId },
        };
        await recordAct(trx, { workspaceId: open.workspaceId, name: by }, act, at);
        return { row, invitation };
      });
    const { link, expiresAt, send } = invitation;
    return {
      ...toItem(row),
      invitation: { link, mailed: await send(), expires_at: expiresAt.toISOString() },
    };
  } finally {
    directory.clear();
  }
}

/** Tells the applicant so, with the reason, where there is a mail server. */
export async function reject(
  { postgres, clock }: PortalDeps,
  actor: ManagementPrincipal,
  applicationId: unknown,
  reason: string,
): Promise<ApplicationItem> {
  const by = actorName(actor);
  return postgres.transaction(async (trx) => {
    const open = await lockOpen(trx, actor, applicationId);
    const at = clock.now();
    const decision = { decision: 'rejected', by, at, reason, partnerId: null } as const;
    const row = await queries.decideApplication(trx, open, decision);
    // Who was erased meanwhile is written to no more.
    if (open.emailSealed !== null)
      await queueMailTo(
        trx,
        open,
        { sealed: open.emailSealed, masked: open.emailMasked },
        {
          subject: `Your application to ${open.program}`,
          lines: [`${open.program} did not accept your application to become a partner.`, '', reason],
        },
        at,
      );
    const act = { act: 'application.reject', programId: open.programId, subject: `application ${open.id}` };
    await recordAct(trx, { workspaceId: open.workspaceId, name: by }, act, at);
    return toItem(row);
  });
}

function toItem(row: queries.ApplicationRow): ApplicationItem {
  return {
    id: Number(row.id),
    state: row.decision ?? 'open',
    name: row.name,
    email_masked: row.emailMasked,
    website: row.website,
    message: row.message,
    created_at: row.createdAt.toISOString(),
    decided_by: row.decidedBy,
    decided_at: row.decidedAt?.toISOString() ?? null,
    reason: row.reason,
    partner_id: row.partnerId,
  };
}

import type { LinkRecord, UpdateLinkRequest } from '@headwater/contract';
import { AppError, invariant, smallId } from '../platform/index.ts';
import { findLinkOwner, findLinkRow, updateLinkRow } from './link-queries.ts';
import { toLinkRecord } from './link-record.ts';
import { getOpenProgram } from './own-program.ts';
import { readDestination } from './referral-url.ts';
import { type Actor, change, type SetUp } from './set-up.ts';

/** Turns a link off and on, or leads it elsewhere. Its code stays: it is out in the world. */
export async function updateLink(
  setUp: SetUp,
  actor: Actor,
  linkId: unknown,
  request: UpdateLinkRequest,
): Promise<LinkRecord> {
  const destination =
    request.destination_url === undefined ? undefined : readDestination(request.destination_url);
  const id = smallId(linkId);
  const owner = id === undefined ? undefined : await findLinkOwner(setUp.db, actor, id);
  if (owner === undefined) throw new AppError('link_not_found');
  await getOpenProgram(setUp.directory, actor, owner.program_id);
  const act = () => ({
    act: 'link.update',
    programId: owner.program_id,
    subject: `link ${owner.id}`,
    details: { status: request.status, destination_url: destination },
  });
  return change(setUp, actor, act, async (trx) => {
    await updateLinkRow(trx, actor.workspaceId, owner.id, {
      status: request.status,
      destination_url: destination,
    });
    const row = await findLinkRow(trx, actor.workspaceId, owner.id);
    invariant(row, 'links are never deleted');
    return toLinkRecord(row);
  });
}

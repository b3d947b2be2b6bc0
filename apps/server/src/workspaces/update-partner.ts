import type { PartnerRecord, UpdatePartnerRequest } from '@headwater/contract';
import { AppError, invariant, smallId } from '../platform/index.ts';
import { findGroupId } from './enroll-partner.ts';
import { getOpenProgram } from './own-program.ts';
import { findPartnerRow, insertMembership, lockEnrollment, updateEnrollment } from './partner-queries.ts';
import { toPartnerRecord } from './partner-record.ts';
import { type Actor, change, type SetUp } from './set-up.ts';

/**
 * Changes a partner's standing in a program. A move to another group is a new membership from now on: payments dated
 * earlier keep the terms of the group the partner was in.
 */
export async function updatePartner(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  partnerId: unknown,
  request: UpdatePartnerRequest,
): Promise<PartnerRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  const id = smallId(partnerId);
  const act = () => ({
    act: 'partner.update',
    programId: program.id,
    subject: `partner ${id}`,
    details: { status: request.status, group_id: request.group_id },
  });
  return change(setUp, actor, act, async (trx) => {
    const current = id && (await lockEnrollment(trx, actor.workspaceId, program.id, id));
    if (!current) throw new AppError('partner_not_found');
    const groupId =
      request.group_id === undefined
        ? current.group_id
        : await findGroupId(trx, actor, program.id, request.group_id);
    const membership = { workspaceId: actor.workspaceId, programId: program.id, partnerId: id, groupId };
    await updateEnrollment(trx, membership, request.status ?? current.status);
    if (groupId !== current.group_id) await insertMembership(trx, membership, setUp.clock.now());
    const row = await findPartnerRow(trx, actor.workspaceId, program.id, id);
    invariant(row, 'a locked enrollment is there');
    return toPartnerRecord(row);
  });
}

import { randomBytes } from 'node:crypto';
import { findEnrolledAs } from '../customers/index.ts';
import { AppError, type ManagementPrincipal } from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import { type ErasureDeps, findSubject } from './erase-person.ts';
import * as queries from './queries.ts';

/**
 * Writes down that a person is to be erased; a job does it within minutes. Refuses with `person_is_partner` as long as the
 * person is enrolled as one, or waits to be: what is owed to them needs their name.
 */
export async function requestErasure(
  { postgres, clock }: ErasureDeps,
  manager: ManagementPrincipal,
  subject: queries.Subject,
): Promise<queries.ErasureRow> {
  const { workspaceId } = manager;
  return postgres.transaction(async (trx) => {
    const now = clock.now();
    const person = await findSubject(trx, workspaceId, subject);
    const partnerId = await findEnrolledAs(trx, workspaceId, person);
    if (partnerId !== undefined) {
      throw new AppError('person_is_partner', `This person is an enrolled partner: partner ${partnerId}`);
    }
    const by = actorName(manager);
    const id = await queries.insertErasure(trx, workspaceId, subject, randomBytes(32), by, now);
    const act = { act: 'person.erase', programId: null, subject: `erasure ${id}` };
    await recordAct(trx, { workspaceId, name: by }, act, now);
    return (await queries.findErasure(trx, { workspaceId, id })) as queries.ErasureRow;
  });
}

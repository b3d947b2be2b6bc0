import type { FirstOwnerRequest } from '@headwater/contract';
import { AppError, hashToken, newId } from '../platform/index.ts';
import { recordAct } from '../workspaces/index.ts';
import { createPerson, hashPassword, normalEmail } from './new-person.ts';
import type { People } from './people.ts';
import * as queries from './queries.ts';

/** A link that lets the first owner in, for whoever can read what this program prints; undefined: there is an owner. */
export async function openFirstOwnerLink({
  postgres,
  clock,
  publicUrl,
}: People): Promise<string | undefined> {
  if (await queries.findsOwner(postgres)) return undefined;
  const token = newId('own');
  await queries.insertOwnerLink(postgres, hashToken(token), clock.now());
  // After the #: browsers send that part to nobody, so it stands in no log.
  return `${publicUrl()}/first-owner#${token}`;
}

/**
 * Makes the first owner of the first workspace, once: every link is spent with it, whichever was used. 404
 * `owner_link_not_found` when there is an owner, or no such link.
 */
export async function signUpFirstOwner(people: People, request: FirstOwnerRequest): Promise<void> {
  const tokenHash = hashToken(request.token);
  // Before the dear part: strangers must not make us hash.
  if (!(await queries.knowsOwnerLink(people.postgres, tokenHash))) throw new AppError('owner_link_not_found');
  const passwordHash = await hashPassword(people, request.password);
  const at = people.clock.now();
  await people.postgres.transaction(async (trx) => {
    await queries.lockOwnerLinks(trx);
    const workspaceId = await queries.findFirstWorkspace(trx);
    const isOpen = (await queries.knowsOwnerLink(trx, tokenHash)) && !(await queries.findsOwner(trx));
    if (!isOpen || workspaceId === undefined) throw new AppError('owner_link_not_found');
    const person = { name: request.name, email: normalEmail(request.email), passwordHash };
    const { id, number } = await createPerson(trx, person, at);
    await queries.insertMember(trx, { workspaceId, personId: id, role: 'owner', at });
    await queries.spendOwnerLinks(trx);
    const act = {
      act: 'member.join',
      programId: null,
      subject: `person ${number}`,
      details: { role: 'owner' },
    };
    await recordAct(trx, { workspaceId, name: `person ${number}` }, act, at);
  });
}

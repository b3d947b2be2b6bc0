import { AppError, type ManagementPrincipal, type PartnerPrincipal, smallId } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import * as queries from './queries.ts';

/** A program of one's own: as which partner one is in it, and how that stands. */
export interface Mine {
  program: Program;
  partnerId: number;
  status: queries.Enrollment['status'];
  joinedAt: Date;
  /** As whom acts of the partner are written down; it opens nothing. */
  actor: ManagementPrincipal;
}

/**
 * The program that an id names, if the caller is or was a partner in it. 404 `Program not found` for every other one, and for
 * text that is no id: a stranger cannot tell them apart.
 */
export async function getMine(
  { directory, postgres }: Pick<PortalDeps, 'directory' | 'postgres'>,
  me: PartnerPrincipal,
  programId: unknown,
): Promise<Mine> {
  const id = smallId(programId);
  const program = id === undefined ? undefined : await directory.findProgram(id);
  const as = me.partners.find(({ workspaceId }) => workspaceId === program?.workspaceId);
  const found =
    program && as && (await queries.findEnrollment(postgres, as.workspaceId, program.id, as.partnerId));
  if (!program || !as || !found) throw new AppError('program_not_found');
  return {
    program,
    partnerId: as.partnerId,
    status: found.status,
    joinedAt: found.joinedAt,
    actor: actorOf(me, program),
  };
}

/** A partner's acts are written down under the number of the person, as everybody's are. */
function actorOf(me: PartnerPrincipal, program: Program): ManagementPrincipal {
  return {
    kind: 'management',
    workspaceId: program.workspaceId,
    holder: { kind: 'person', id: me.personId },
    scopes: [],
    programScope: [program.id],
  };
}

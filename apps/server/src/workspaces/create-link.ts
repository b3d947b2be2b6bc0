import { randomBytes } from 'node:crypto';
import type { CreateLinkRequest, LinkRecord } from '@headwater/contract';
import { AppError, type Db, invariant, smallId } from '../platform/index.ts';
import type { Act } from './audit/act.ts';
import { findLinkRow, insertLink, type NewLink } from './link-queries.ts';
import { toLinkRecord } from './link-record.ts';
import { getOpenProgram } from './own-program.ts';
import { findPartnerRow } from './partner-queries.ts';
import { findProgramRow } from './program-queries.ts';
import { readDestination } from './referral-url.ts';
import { type Actor, change, type SetUp } from './set-up.ts';
import { slugOf } from './slug.ts';

/**
 * One more link for an approved partner of the program. 404 `Partner not found` for one who is not enrolled, 409 for
 * one who is not approved, 409 `code_taken`.
 */
export async function createLink(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  request: CreateLinkRequest,
): Promise<LinkRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  return change(
    setUp,
    actor,
    (link) => linkAct(program.id, link),
    (trx) => createLinkIn(trx, setUp, actor, program.id, request),
  );
}

export function linkAct(programId: number, link: LinkRecord): Act {
  return {
    act: 'link.create',
    programId,
    subject: `link ${link.id}`,
    details: { partner_id: link.partner_id, code: link.code, destination_url: link.destination_url },
  };
}

/** The same inside of the caller's transaction. */
export async function createLinkIn(
  trx: Db,
  setUp: Pick<SetUp, 'clock'>,
  actor: Actor,
  programId: number,
  request: CreateLinkRequest,
): Promise<LinkRecord> {
  const destination =
    request.destination_url === undefined ? undefined : readDestination(request.destination_url);
  const partnerId = smallId(request.partner_id);
  const partner = partnerId && (await findPartnerRow(trx, actor.workspaceId, programId, partnerId));
  if (!partner) throw new AppError('partner_not_found');
  if (partner.status !== 'approved') throw new AppError('conflict', 'Partner is not approved');
  const row = await findProgramRow(trx, actor, programId);
  invariant(row, 'a program just found is there');
  const linkId = await addLink(trx, {
    workspaceId: actor.workspaceId,
    programId,
    partnerId: partner.id,
    code: request.code,
    partnerName: partner.name,
    destinationUrl: destination ?? `https://${row.domain}/`,
    createdAt: setUp.clock.now(),
  });
  const link = await findLinkRow(trx, actor.workspaceId, linkId);
  invariant(link, 'a link just made is there');
  return toLinkRecord(link);
}

/**
 * Inserts a link under the code asked for (409 `code_taken`), or under one made from the partner's name: `anna`,
 * `anna-2` … `anna-9`, then with a random end, so that a popular name does not cost a look-up for every namesake.
 */
export async function addLink(
  trx: Db,
  link: Omit<NewLink, 'code'> & { code: string | undefined; partnerName: string },
): Promise<number> {
  const codes = link.code === undefined ? madeCodes(link.partnerName) : [link.code];
  for (const code of codes) {
    const id = await insertLink(trx, { ...link, code });
    if (id !== undefined) return id;
  }
  throw new AppError('code_taken');
}

function madeCodes(partnerName: string): string[] {
  const base = slugOf(partnerName, 'partner');
  const numbered = Array.from({ length: 8 }, (_, index) => `${base}-${index + 2}`);
  return [
    base,
    ...numbered,
    `${base}-${randomBytes(4).toString('hex')}`,
    `${base}-${randomBytes(8).toString('hex')}`,
  ];
}

import type { Currency } from '../money/index.ts';
import { AppError, type ManagementPrincipal } from '../platform/index.ts';
import { type Directory, getOwnProgram, getOwnWebsite } from '../workspaces/index.ts';
import type { Subject as Queried } from './query/run-query.ts';

/** Whose events a report of people is about. */
export interface Subject {
  workspaceId: number;
  owner: { websiteId: string } | { programId: number };
  /** Clicks know their program only: the website's, if it is bound to one. */
  programId: number | null;
  currency: Currency;
  timeZone: string;
}

/** The website or the program that a request names; 400 for both or none, 404 for a stranger's. */
export async function readSubject(
  directory: Directory,
  manager: ManagementPrincipal,
  asked: { website_id?: unknown; program_id?: unknown },
): Promise<Subject> {
  const [websiteId, askedProgram] = [asked.website_id ?? undefined, asked.program_id ?? undefined];
  const { workspaceId } = manager;
  if ((websiteId === undefined) === (askedProgram === undefined)) {
    throw new AppError('invalid_request', 'website_id or program_id is required, and not both');
  }
  if (askedProgram !== undefined) {
    const { id, currency } = await getOwnProgram(directory, manager, askedProgram);
    return { workspaceId, owner: { programId: id }, programId: id, currency, timeZone: 'UTC' };
  }
  const website = await getOwnWebsite(directory, manager, websiteId);
  const { currency, programId, timezone: timeZone } = website;
  return { workspaceId, owner: { websiteId: website.id }, programId, currency, timeZone };
}

/** The same, for the query engine. */
export async function findSubject(
  { directory }: { directory: Directory },
  manager: ManagementPrincipal,
  asked: Readonly<Record<string, unknown>>,
): Promise<Queried> {
  const { workspaceId, owner, currency, timeZone } = await readSubject(directory, manager, asked);
  return { owner: { workspaceId, of: owner }, currency, timeZone };
}

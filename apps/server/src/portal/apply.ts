import type { JoinAnswer, JoinPage, JoinRequest } from '@headwater/contract';
import { sealRecipient } from '../mails/index.ts';
import { AppError, invariant } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { approve } from './decide-application.ts';
import type { PortalDeps } from './deps.ts';
import * as queries from './program-queries.ts';
import { termsOfNewcomers } from './terms.ts';

/** More than anybody reads: who floods a program is told to wait until some are decided. */
const mostOpen = 2000;

/** The same whoever asks and whatever is known of the address: nothing of a partner can be found out here. */
const received: JoinAnswer = {
  received: true,
  message: 'Your application was received. You will be written to.',
};

interface Joinable {
  program: Program;
  settings: queries.Settings;
}

/** The program whose page is at a slug; 404 for one that has none, and for an archived one. */
export async function getJoinable({ postgres, directory }: PortalDeps, slug: string): Promise<Joinable> {
  const wanted = /^[\w-]{1,80}$/.test(slug) ? slug : undefined;
  const settings = wanted && (await queries.findSettingsBySlug(postgres, wanted));
  const program = settings && (await directory.findProgram(settings.programId));
  if (!settings || !program) throw new AppError('program_not_found');
  return { program, settings };
}

/** What a stranger is told of a program. */
export async function readJoinPage(deps: PortalDeps, slug: string): Promise<JoinPage> {
  const { program, settings } = await getJoinable(deps, slug);
  return {
    program: program.name,
    domain: program.domain,
    applications: settings.applications,
    welcome: settings.welcome,
    click_window_days: Math.min(program.cookieWindowDays, program.attributionWindowDays),
    terms: await termsOfNewcomers(deps.postgres, program, deps.clock.now()),
  };
}

/**
 * Writes an application down; a second one of the same address counts as the first while that is open. Where the program
 * takes everybody it is approved at once, unless no mail can be sent, or the program has parted with this partner before:
 * that a person decides.
 */
export async function apply(
  deps: PortalDeps,
  { program, settings }: Joinable,
  request: JoinRequest,
): Promise<JoinAnswer> {
  const { postgres, hasher, sealer, clock, people } = deps;
  if (settings.applications === 'closed') throw new AppError('applications_closed');
  const website = readWebsite(request.website);
  const email = hasher.email(request.email);
  invariant(email !== undefined, 'an address that was checked is one');
  const key = { workspaceId: program.workspaceId, programId: program.id };
  const made = await postgres.transaction(async (trx) => {
    if ((await queries.countOpen(trx, key, mostOpen)) >= mostOpen)
      throw new AppError('rate_limited', undefined, { retryAfterSeconds: 3600 });
    const { sealed, masked } = sealRecipient(sealer, program.workspaceId, request.email.trim());
    const id = await queries.insertApplication(trx, {
      ...key,
      ...{ name: request.name.trim(), emailHash: email.hash, emailMasked: masked, emailSealed: sealed },
      ...{ website, message: request.message?.trim() || null, at: clock.now() },
    });
    // The link that lets them in proves the address: nobody else may be shown it, and without mail nobody could be.
    const isAutomatic = settings.applications === 'automatic' && people.sendMail !== undefined;
    if (id === undefined || !isAutomatic) return undefined;
    const standing = await queries.findStandingByEmail(trx, key, email.hash);
    return standing === undefined || standing === 'approved' ? id : undefined;
  });
  if (made !== undefined) {
    const nobody = { kind: 'management', holder: { kind: 'key', id: 0 }, scopes: [] } as const;
    const actor = { ...nobody, workspaceId: program.workspaceId, programScope: [program.id] };
    // What stands in the way of it, a person will see: the application is in, and stays open.
    await approve(deps, actor, Number(made), {}, 'automatic approval').catch((error) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
  return received;
}

function readWebsite(text: string | undefined): string | null {
  const sent = text?.trim() ?? '';
  if (sent === '') return null;
  // People write their site as they say it.
  const told = /^[a-z][a-z\d+.-]*:/i.test(sent) ? sent : `https://${sent}`;
  const url = URL.canParse(told) ? new URL(told) : undefined;
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol) && url.hostname.includes('.');
  if (!isWeb || url.username !== '' || url.password !== '')
    throw new AppError('invalid_request', 'website is invalid');
  return url.href;
}

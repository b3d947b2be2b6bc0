import type { AcceptInvitationRequest, OpenPartnerInvitation } from '@headwater/contract';
import { AppError, dayMs, hashToken, newId, type Transaction } from '../platform/index.ts';
import { recordAct } from '../workspaces/index.ts';
import { createPerson, hashPassword, normalEmail } from './new-person.ts';
import * as partners from './partner-queries.ts';
import type { People } from './people.ts';
import * as queries from './queries.ts';

const openDays = 14;

/** An invitation that was written down; `send` mails it, when that is on disk. */
export interface PartnerInvitation {
  /** Told to whoever invites, once: whoever has it may take the place. */
  link: string;
  expiresAt: Date;
  /** Whether a mail left; the link is there to be handed on in any case. */
  send(): Promise<boolean>;
}

/** Invites somebody to be a partner's person, in the transaction of what makes them so. */
export async function invitePartnerIn(
  trx: Transaction,
  people: People,
  invitation: { workspaceId: number; partnerId: number; email: string; program: string; invitedBy: string },
): Promise<PartnerInvitation> {
  const { program, ...who } = invitation;
  const email = normalEmail(who.email);
  const token = newId('pin');
  const at = people.clock.now();
  const expiresAt = new Date(at.getTime() + openDays * dayMs);
  await partners.insertPartnerInvitation(trx, { ...who, email, tokenHash: hashToken(token), at, expiresAt });
  // After the #: browsers send that part to nobody, so it stands in no log.
  const link = `${people.publicUrl()}/partners/invitation#${token}`;
  const { sendMail } = people;
  return {
    link,
    expiresAt,
    async send() {
      if (sendMail === undefined) return false;
      const lines = [
        `You are a partner of ${program}.`,
        '',
        `Open this link within ${openDays} days to see your links, clicks and commissions:`,
        link,
      ];
      return sendMail({ to: email, subject: `Your partner account at ${program}`, lines }).then(
        () => true,
        () => false,
      );
    },
  };
}

/** What a link invites to; 404 `invitation_not_found` when it was used, taken back, or is too old. */
export async function readPartnerInvitation(people: People, token: string): Promise<OpenPartnerInvitation> {
  const found = await partners.findPartnerInvitation(people.postgres, hashToken(token), people.clock.now());
  if (found === undefined) throw new AppError('invitation_not_found');
  const { email, partner, programs } = found;
  const known = await queries.findPersonByEmail(people.postgres, email);
  return { email, partner, programs, has_account: known !== undefined };
}

/**
 * Makes the invited person the partner's: with a new account, or with the one that the address has. Answers the address.
 * 409 where that person is another partner of the workspace.
 */
export async function acceptPartnerInvitation(
  people: People,
  request: AcceptInvitationRequest,
): Promise<string> {
  const open = await readPartnerInvitation(people, request.token);
  if (!open.has_account && request.password === undefined)
    throw new AppError('invalid_request', 'password is required');
  const passwordHash =
    open.has_account || request.password === undefined ? '' : await hashPassword(people, request.password);
  const at = people.clock.now();
  await people.postgres.transaction(async (trx) => {
    const spent = await partners.spendPartnerInvitation(trx, hashToken(request.token), at);
    if (spent === undefined) throw new AppError('invitation_not_found');
    const { workspaceId, partnerId, email } = spent;
    const name = request.name ?? spent.partner;
    const person = open.has_account
      ? await queries.findPersonByEmail(trx, email)
      : await createPerson(trx, { name, email, passwordHash }, at);
    if (person === undefined) throw new AppError('invitation_not_found');
    const now = await partners.insertPartnerPerson(trx, { workspaceId, personId: person.id, partnerId, at });
    if (now !== partnerId)
      throw new AppError('conflict', 'This address is another partner here already: ask for that one');
    await recordAct(
      trx,
      { workspaceId, name: `person ${person.number}` },
      { act: 'partner.join_portal', programId: null, subject: `partner ${partnerId}` },
      at,
    );
  });
  return open.email;
}

import { AppError, invariant } from '../platform/index.ts';
import {
  actorName,
  createLinkIn,
  enrollAct,
  enrollIn,
  findNamedPartner,
  linkAct,
  type Program,
  recordAct,
} from '../workspaces/index.ts';
import { eachRow } from './each-row.ts';
import type { Judged, Known, Row, Taking, Verdict } from './part.ts';
import { type Cells, Refused, readText } from './read-cell.ts';

/**
 * Partners and their links. A partner is known by email, else by the code of a link; each further code of a known partner is
 * one more link. Nothing is said of terms: who is enrolled gets those of the program’s default group.
 */
export function takePartners(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { program } = taking;
  invariant(program !== null, 'partners are of a program');
  return eachRow(taking, rows, (row) => takePartner(taking, program, row.cells));
}

async function takePartner(taking: Taking, program: Program, cells: Cells): Promise<Verdict & Known> {
  const { trx, db, deps, manager, now } = taking;
  invariant(db !== null, 'partners are made in a transaction for typed queries');
  requireActive(cells);
  const address = readText(cells, 'email', 254);
  const email = address === null ? null : deps.hasher.email(address);
  if (email === undefined) throw new Refused('email is no email address');
  const code = readCode(cells);
  const destination = readDestination(cells);
  const setUp = { clock: deps.clock, hasher: deps.hasher };
  const by = { workspaceId: manager.workspaceId, name: actorName(manager) };

  const known = knownBy(email?.hash.toString('hex') ?? null, code);
  const ofCode = code === null ? undefined : await findNamedPartner(trx, program, { code });
  const ofEmail =
    email === null ? undefined : await findNamedPartner(trx, program, { emailHash: email.hash });
  if (ofCode !== undefined && (email === null || ofEmail?.partnerId === ofCode.partnerId)) {
    return { outcome: 'already_there', ...known };
  }
  if (ofCode !== undefined) throw new Refused(codeOfAnother);
  if (ofEmail !== undefined) {
    if (code === null) return { outcome: 'already_there', ...known };
    const link = await createLinkIn(db, setUp, manager, program.id, {
      partner_id: ofEmail.partnerId,
      code,
      ...(destination === null ? {} : { destination_url: destination }),
    }).catch(wordAnew);
    await recordAct(trx, by, linkAct(program.id, link), now);
    return { outcome: 'taken', ...known };
  }
  if (address === null && code === null)
    throw new Refused('neither email nor code is there: one of them names the partner');
  const customerKey = readText(cells, 'customer_key');
  const partner = await enrollIn(db, setUp, manager, program.id, {
    name: readName(cells),
    ...(address === null ? {} : { email: address }),
    ...(code === null ? {} : { code }),
    ...(destination === null ? {} : { destination_url: destination }),
    ...(customerKey === null ? {} : { customer_key: customerKey }),
  }).catch(wordAnew);
  await recordAct(trx, by, enrollAct(program.id, partner), now);
  return { outcome: 'taken', ...known };
}

function knownBy(emailHash: string | null, code: string | null): Known {
  if (code === null) return { key: `email ${emailHash}` };
  return { key: `code ${code.toLowerCase()}`, ...(emailHash === null ? {} : { owner: emailHash }) };
}

/** Also where two rows of one file say so. */
export const codeOfAnother = 'code is a link of another partner';

/** Codes are unique in the whole installation, where others have theirs. */
function wordAnew(error: unknown): never {
  if (error instanceof AppError && error.code === 'code_taken')
    throw new Refused('code is taken by a link elsewhere');
  throw error;
}

const activeWords = new Set(['active', 'approved', 'accepted', 'enabled', 'confirmed']);

function requireActive(cells: Cells): void {
  const status = cells.get('status')?.toLowerCase();
  if (status !== undefined && !activeWords.has(status)) {
    throw new Refused('status says that the partner is not active: only active ones are enrolled');
  }
}

function readName(cells: Cells): string {
  const name = readText(cells, 'name');
  const parts = [readText(cells, 'first_name', 120), readText(cells, 'last_name', 120)];
  const whole = name ?? parts.filter((part) => part !== null).join(' ');
  if (whole === '') throw new Refused('name is missing');
  return whole;
}

/** The code itself, else what a link ends with or carries. */
function readCode(cells: Cells): string | null {
  const code = readText(cells, 'code') ?? codeOfLink(readText(cells, 'link', 4096));
  if (code === null) return null;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(code)) {
    throw new Refused('code may have letters, digits, - and _, at most 64');
  }
  return code;
}

const linkParams = ['aff', 'via', 'ref', 'fpr', 'a', 'partner'];

function codeOfLink(link: string | null): string | null {
  if (link === null) return null;
  const url = URL.canParse(link)
    ? new URL(link)
    : URL.canParse(`https://${link}`)
      ? new URL(`https://${link}`)
      : null;
  if (url === null) throw new Refused('link is no address');
  for (const param of linkParams) {
    const value = url.searchParams.get(param);
    if (value) return value;
  }
  const last = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .at(-1);
  if (last === undefined) throw new Refused('link carries no code');
  return last;
}

function readDestination(cells: Cells): string | null {
  const text = readText(cells, 'destination_url', 4096);
  if (text === null) return null;
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isWeb) throw new Refused('destination_url is no http(s) address');
  return text;
}

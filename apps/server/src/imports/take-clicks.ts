import { invariant, newClickId } from '../platform/index.ts';
import { isBot, type PastClick, readLanding, recordPastClicks } from '../touches/index.ts';
import { findNamedPartner, type NamedPartner, type Program } from '../workspaces/index.ts';
import { claimKeys, type NewKey } from './key-queries.ts';
import { clickScope, keyOf } from './keys.ts';
import type { Judged, Row, Taking } from './part.ts';
import { type Cells, Refused, readText, requireInstant, requireText } from './read-cell.ts';

/**
 * Clicks of the past, by the id that the other system gave them; without one, by all that the row says: then two clicks that
 * were told in the same words are one.
 */
export async function takeClicks(taking: Taking, rows: readonly Row[]): Promise<Judged[]> {
  const { program, trx } = taking;
  invariant(program !== null, 'clicks are of a program');
  const codes = new Map<string, NamedPartner | undefined>();
  const judged: Judged[] = [];
  const wanted: { click: PastClick; key: NewKey; at: number }[] = [];
  for (const { line, cells } of rows) {
    try {
      const { click, key } = await readClick(taking, program, cells, codes);
      wanted.push({ click, key, at: judged.length });
      judged.push({ outcome: 'already_there', line, key: key.key.toString('hex') });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      judged.push({ outcome: 'refused', reason: error.message, line, key: null });
    }
  }
  const fresh = await claimKeys(
    trx,
    program.workspaceId,
    clickScope(program),
    wanted.map(({ key }) => key),
  );
  const taken = wanted.filter(({ key }) => fresh.delete(key.key.toString('hex')));
  await recordPastClicks(
    trx,
    program,
    taken.map(({ click }) => click),
  );
  for (const { at } of taken) {
    const { line, key } = judged[at] as Judged;
    judged[at] = { outcome: 'taken', line, key };
  }
  return judged;
}

async function readClick(
  { trx, now }: Taking,
  program: Program,
  cells: Cells,
  codes: Map<string, NamedPartner | undefined>,
): Promise<{ click: PastClick; key: NewKey }> {
  const clickedAt = requireInstant(cells, 'clicked_at', now);
  const code = requireText(cells, 'code', 64);
  if (!codes.has(code)) codes.set(code, await findNamedPartner(trx, program, { code }));
  const partner = codes.get(code);
  if (partner === undefined) throw new Refused('code is no link of this program: import partners first');
  const page = readText(cells, 'landing_page', 4096);
  const landing = page === null ? null : readLanding(page);
  if (page !== null && landing === null) throw new Refused('landing_page is no http(s) address');
  const userAgent = readText(cells, 'user_agent', 1024);
  if (userAgent !== null && isBot({ userAgentField: userAgent, userAgentHeader: null, hasOrigin: true })) {
    throw new Refused('user_agent is a bot’s');
  }
  const country = readText(cells, 'country', 2)?.toUpperCase() ?? null;
  if (country !== null && !/^[A-Z]{2}$/.test(country)) throw new Refused('country is no code of two letters');
  const visitor = readText(cells, 'visitor_id');
  const told = readText(cells, 'click_id');
  const scope = clickScope(program);
  const words = [...cells].map(([field, value]) => `${field}=${value}`);
  const key = told === null ? keyOf(scope, 'row', ...words) : keyOf(scope, told);
  const name = visitor === null ? key : keyOf(scope, 'visitor', visitor);
  const clickId = newClickId(program.id, clickedAt);
  return {
    key: { key, ref: clickId },
    click: {
      clickId,
      clickedAt,
      linkId: partner.linkId,
      partnerId: partner.partnerId,
      visitor: `v_${name.toString('base64url')}`,
      landing,
      referrer: readText(cells, 'referrer', 4096),
      userAgent,
      country,
    },
  };
}

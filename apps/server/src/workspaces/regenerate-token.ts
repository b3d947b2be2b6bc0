import type { TokenRecord } from '@headwater/contract';
import { maskToken } from '../platform/index.ts';
import { getOpenProgram } from './own-program.ts';
import { getOwnWebsite } from './own-website.ts';
import {
  deleteProgramTokens,
  deleteWebsiteTokens,
  insertToken,
  lockProgram,
  updateProgramRow,
} from './program-queries.ts';
import { type Actor, change, type SetUp } from './set-up.ts';
import { lockWebsite } from './website-queries.ts';

/** A new tracking token for a program. The old one dies at once, in every process (contract §2). */
export async function regenerateToken(setUp: SetUp, actor: Actor, programId: unknown): Promise<TokenRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  const now = setUp.clock.now();
  const act = ({ api_token_masked }: TokenRecord) => ({
    act: 'program.regenerate_token',
    programId: program.id,
    subject: `program ${program.id}`,
    details: { api_token_masked },
  });
  return change(setUp, actor, act, async (trx) => {
    await lockProgram(trx, actor.workspaceId, program.id);
    await deleteProgramTokens(trx, actor.workspaceId, program.id);
    const token = await insertToken(trx, actor.workspaceId, { kind: 'program', programId: program.id }, now);
    await updateProgramRow(trx, actor.workspaceId, program.id, { key_rotated_at: now });
    return { api_token: token, api_token_masked: maskToken(token) };
  });
}

/** The same for a website. */
export async function regenerateWebsiteToken(
  setUp: SetUp,
  actor: Actor,
  websiteId: unknown,
): Promise<TokenRecord> {
  const website = await getOwnWebsite(setUp.directory, actor, websiteId);
  const now = setUp.clock.now();
  const act = ({ api_token_masked }: TokenRecord) => ({
    act: 'website.regenerate_token',
    programId: website.programId,
    subject: `website ${website.id}`,
    details: { api_token_masked },
  });
  return change(setUp, actor, act, async (trx) => {
    await lockWebsite(trx, actor, website.id);
    await deleteWebsiteTokens(trx, actor.workspaceId, website.id);
    const token = await insertToken(trx, actor.workspaceId, { kind: 'website', websiteId: website.id }, now);
    return { api_token: token, api_token_masked: maskToken(token) };
  });
}

import type { ProgramRecord, UpdateProgramRequest } from '@headwater/contract';
import { type Db, invariant } from '../platform/index.ts';
import { bindWebsite } from './bind-website.ts';
import { getOpenProgram } from './own-program.ts';
import {
  findLatestPolicy,
  insertPolicy,
  listPoliciesInForce,
  lockGroup,
  updateGroupHold,
} from './policy-queries.ts';
import { findProgramRow, lockProgram, updateProgramRow } from './program-queries.ts';
import { toProgramRecord } from './program-record.ts';
import { type Actor, change, clearable, type SetUp } from './set-up.ts';
import { readDomain, readOrigins } from './site.ts';
import { unbindProgram } from './website-queries.ts';

/**
 * Changes what was sent and nothing else. `null` gives fee_bps and fee_free_revenue back to the installation and
 * unbinds the website. Attribution settings act on later payments; hold_period_days is a new version of the default
 * group's policies in force, since terms are never edited.
 */
export async function updateProgram(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  request: UpdateProgramRequest,
  body: Readonly<Record<string, unknown>>,
): Promise<ProgramRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  const changes = {
    name: request.name?.trim(),
    domain: request.domain === undefined ? undefined : readDomain(request.domain),
    currency: request.currency?.toUpperCase(),
    attribution_model: request.attribution_model,
    cookie_window_days: request.cookie_window_days,
    attribution_window_days: request.attribution_window_days,
    lead_auth: request.lead_auth,
    organic_payments: request.organic_payments,
    fee_bps: clearable(body, 'fee_bps', request.fee_bps),
    fee_free_revenue_minor: clearable(body, 'fee_free_revenue', request.fee_free_revenue),
    allowed_origins: request.allowed_origins && readOrigins(request.allowed_origins),
  };
  const websiteId = clearable(body, 'website_id', request.website_id);
  const act = () => ({
    act: 'program.update',
    programId: program.id,
    subject: `program ${program.id}`,
    details: { ...changes, website_id: websiteId, hold_period_days: request.hold_period_days },
  });
  return change(setUp, actor, act, async (trx) => {
    await lockProgram(trx, actor.workspaceId, program.id);
    await updateProgramRow(trx, actor.workspaceId, program.id, changes);
    if (websiteId !== undefined) await rebindWebsite(trx, actor, program.id, websiteId);
    const row = await findProgramRow(trx, actor, program.id);
    invariant(row, 'a locked program is there');
    if (request.hold_period_days !== undefined) {
      await changeHold(
        trx,
        actor.workspaceId,
        row.default_group_id,
        request.hold_period_days,
        setUp.clock.now(),
      );
      row.hold_period_days = request.hold_period_days;
    }
    return toProgramRecord(setUp, row);
  });
}

async function rebindWebsite(
  trx: Db,
  actor: Actor,
  programId: number,
  websiteId: string | null,
): Promise<void> {
  const bound = await findProgramRow(trx, actor, programId);
  if (bound?.website_id === websiteId) return;
  await unbindProgram(trx, actor.workspaceId, programId);
  if (websiteId !== null) await bindWebsite(trx, actor, websiteId, programId);
}

async function changeHold(
  trx: Db,
  workspaceId: number,
  groupId: number | null,
  holdPeriodDays: number,
  now: Date,
): Promise<void> {
  invariant(groupId !== null, 'a program has a default group');
  await lockGroup(trx, workspaceId, groupId);
  await updateGroupHold(trx, workspaceId, groupId, holdPeriodDays);
  const latest = await findLatestPolicy(trx, workspaceId, groupId);
  const inForce = await listPoliciesInForce(trx, workspaceId, groupId, now);
  let version = latest?.version ?? 0;
  for (const { id: _, ...terms } of inForce.filter((policy) => policy.hold_period_days !== holdPeriodDays)) {
    version += 1;
    await insertPolicy(trx, {
      ...terms,
      tiers: JSON.stringify(terms.tiers),
      version,
      hold_period_days: holdPeriodDays,
      effective_from: now,
      created_at: now,
    });
  }
}

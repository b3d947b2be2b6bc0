import type { CreateProgramRequest, ProgramRecord } from '@headwater/contract';
import { AppError, type Db, invariant } from '../platform/index.ts';
import { bindWebsite } from './bind-website.ts';
import { insertGroup, insertPolicy } from './policy-queries.ts';
import {
  findProgramRow,
  insertProgram,
  insertToken,
  listSlugs,
  lockWorkspace,
  updateProgramRow,
} from './program-queries.ts';
import { toProgramRecord } from './program-record.ts';
import { type Actor, change, type SetUp } from './set-up.ts';
import { readDomain, readOrigins } from './site.ts';
import { slugOf } from './slug.ts';
import { readTerms, sinceEver, type Terms } from './terms.ts';

/**
 * A new program with its `Default` group, its tracking token (shown here and never again) and, when the request names
 * a commission, version 1 of the group's policy, in force since ever.
 *
 * Refuses (400) what does not fit, 404 an unknown website, 409 one that is bound elsewhere. A key that is limited to
 * some programs makes none: it could not touch it afterwards.
 */
export async function createProgram(
  setUp: SetUp,
  actor: Actor,
  request: CreateProgramRequest,
): Promise<ProgramRecord> {
  if (actor.programScope !== null)
    throw new AppError('missing_permission', 'Missing permission: program:create');
  const domain = readDomain(request.domain);
  const allowedOrigins = readOrigins(request.allowed_origins ?? []);
  const terms = request.commission === undefined ? null : readTerms(request.commission);
  const now = setUp.clock.now();
  const act = ({ api_token: _, ...made }: ProgramRecord) => ({
    act: 'program.create',
    programId: made.id,
    subject: `program ${made.id}`,
    details: { ...made, commission: request.commission ?? null },
  });
  return change(setUp, actor, act, async (trx) => {
    const programId = await insertProgram(trx, {
      workspace_id: actor.workspaceId,
      slug: await freeSlug(trx, actor.workspaceId, request.name),
      name: request.name.trim(),
      domain,
      currency: (request.currency ?? 'USD').toUpperCase(),
      attribution_model: request.attribution_model,
      cookie_window_days: request.cookie_window_days,
      attribution_window_days: request.attribution_window_days,
      lead_auth: request.lead_auth,
      organic_payments: request.organic_payments,
      fee_bps: request.fee_bps ?? null,
      fee_free_revenue_minor: request.fee_free_revenue ?? null,
      allowed_origins: allowedOrigins,
      default_group_id: null,
      key_rotated_at: null,
      created_at: now,
    });
    const group = await insertGroup(trx, {
      workspace_id: actor.workspaceId,
      program_id: programId,
      name: 'Default',
      ...(request.hold_period_days === undefined ? {} : { hold_period_days: request.hold_period_days }),
      created_at: now,
    });
    await updateProgramRow(trx, actor.workspaceId, programId, { default_group_id: group.id });
    if (terms !== null) await insertFirstPolicy(trx, group, terms, request, now);
    if (request.website_id !== undefined) await bindWebsite(trx, actor, request.website_id, programId);
    const token = await insertToken(trx, actor.workspaceId, { kind: 'program', programId }, now);
    const row = await findProgramRow(trx, actor, programId);
    invariant(row, 'a program just made is there');
    return { ...toProgramRecord(setUp, row), api_token: token };
  });
}

async function insertFirstPolicy(
  trx: Db,
  group: Awaited<ReturnType<typeof insertGroup>>,
  terms: Terms,
  request: CreateProgramRequest,
  now: Date,
): Promise<void> {
  await insertPolicy(trx, {
    workspace_id: group.workspace_id,
    program_id: group.program_id,
    group_id: group.id,
    version: 1,
    type: terms.type,
    rate_bps: terms.rateBps,
    fixed_minor: terms.fixedMinor,
    currency: (request.currency ?? 'USD').toUpperCase(),
    duration_months: terms.durationMonths,
    hold_period_days: group.hold_period_days,
    approval: 'automatic',
    product_id: null,
    exclude_tax: false,
    exclude_stripe_tax: true,
    exclude_shipping: false,
    effective_from: sinceEver,
    created_at: now,
  });
}

/** The name as a slug; the second of a name gets `-2`. Waits for others who pick one in the same workspace. */
async function freeSlug(trx: Db, workspaceId: number, name: string): Promise<string> {
  await lockWorkspace(trx, workspaceId);
  const base = slugOf(name, 'program');
  const taken = await listSlugs(trx, workspaceId, base);
  let slug = base;
  for (let suffix = 2; taken.has(slug); suffix += 1) slug = `${base}-${suffix}`;
  return slug;
}

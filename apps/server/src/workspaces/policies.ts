import type { AddPolicyRequest, PolicyRecord } from '@headwater/contract';
import {
  AppError,
  type Page,
  parseInstant,
  readCursor,
  readLimit,
  smallId,
  toPage,
} from '../platform/index.ts';
import {
  findGroup,
  findLatestPolicy,
  insertPolicy,
  listPolicies as listRows,
  lockGroup,
  type PolicyRow,
  updateGroupHold,
} from './policy-queries.ts';
import { type Actor, change, type SetUp } from './set-up.ts';
import { readBounds, readTerms, readTiers } from './terms.ts';

/**
 * Adds a version to a group's terms; earlier ones stay as they were. It acts on payments dated from `effective_from`
 * (default: now) that are not decided yet. Where two versions start at one instant, the higher one holds.
 */
export async function addPolicy(
  setUp: SetUp,
  actor: Actor,
  group: Group,
  request: AddPolicyRequest,
): Promise<PolicyRecord> {
  if (group.status === 'archived') throw new AppError('conflict', 'Program is archived');
  const terms = readTerms(request);
  const bounds = readBounds(request);
  const tiers = readTiers(request, terms);
  const now = setUp.clock.now();
  const act = (added: PolicyRow) => ({
    act: 'policy.add',
    programId: group.program_id,
    subject: `policy ${added.id}`,
    details: toPolicyRecord(added),
  });
  const row = await change(setUp, actor, act, async (trx) => {
    const locked = await lockGroup(trx, actor.workspaceId, group.id);
    const latest = await findLatestPolicy(trx, actor.workspaceId, group.id);
    const holdPeriodDays = request.hold_period_days ?? locked.hold_period_days;
    if (holdPeriodDays !== locked.hold_period_days) {
      await updateGroupHold(trx, actor.workspaceId, group.id, holdPeriodDays);
    }
    return insertPolicy(trx, {
      workspace_id: actor.workspaceId,
      program_id: group.program_id,
      group_id: group.id,
      version: (latest?.version ?? 0) + 1,
      type: terms.type,
      rate_bps: terms.rateBps,
      fixed_minor: terms.fixedMinor,
      currency: group.currency,
      duration_months: terms.durationMonths,
      hold_period_days: holdPeriodDays,
      approval: request.approval ?? 'automatic',
      product_id: request.product_id?.trim() || null,
      exclude_tax: request.exclude_tax ?? false,
      exclude_stripe_tax: request.exclude_tax ?? true,
      exclude_shipping: request.exclude_shipping ?? false,
      ...bounds,
      tiers: JSON.stringify(tiers),
      effective_from: parseInstant(request.effective_from) ?? now,
      created_at: now,
    });
  });
  return toPolicyRecord(row);
}

/** Every version of a group's terms, the latest first. */
export async function listPolicies(
  setUp: SetUp,
  actor: Actor,
  group: Group,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<PolicyRecord>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const rows = await listRows(setUp.db, actor.workspaceId, group.id, before, limit + 1);
  return toPage(rows, limit, toPolicyRecord, (row) => [row.version]);
}

export type Group = NonNullable<Awaited<ReturnType<typeof findGroup>>>;

/** The group that a path names, if the actor may touch its program; else 404 `Group not found`. */
export async function getGroup(setUp: SetUp, actor: Actor, groupId: unknown): Promise<Group> {
  const id = smallId(groupId);
  const group = id === undefined ? undefined : await findGroup(setUp.db, actor, id);
  if (group === undefined) throw new AppError('group_not_found');
  return group;
}

function toPolicyRecord(row: PolicyRow): PolicyRecord {
  return {
    id: row.id,
    group_id: row.group_id,
    version: row.version,
    type: row.type,
    rate_bps: row.rate_bps,
    fixed_cents: cents(row.fixed_minor),
    currency: row.currency,
    duration_months: row.duration_months,
    hold_period_days: row.hold_period_days,
    approval: row.approval,
    product_id: row.product_id,
    exclude_tax: row.exclude_tax,
    exclude_shipping: row.exclude_shipping,
    min_cents: cents(row.min_minor),
    max_cents: cents(row.max_minor),
    customer_cap_cents: cents(row.customer_cap_minor),
    tiers: row.tiers,
    effective_from: row.effective_from.toISOString(),
    created_at: row.created_at.toISOString(),
  };
}

function cents(minor: bigint | null): number | null {
  return minor === null ? null : Number(minor);
}

import type { AddGoalRequest, GoalItem, UpdateGoalRequest } from '@headwater/contract';
import {
  AppError,
  type Clock,
  type ManagementPrincipal,
  type Postgres,
  smallId,
  type Transaction,
  violatedConstraint,
} from '../../platform/index.ts';
import { actorName, type Directory, getOwnWebsite, recordAct } from '../../workspaces/index.ts';
import * as queries from './queries.ts';

interface GoalDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
}

const taken = () =>
  new AppError('conflict', `There is a goal of this name, or there are ${queries.mostGoals} already`);

/** A new goal; it counts from what was stored before it, too. */
export async function addGoal(
  deps: GoalDeps,
  actor: ManagementPrincipal,
  request: AddGoalRequest,
): Promise<GoalItem> {
  const website = await getOwnWebsite(deps.directory, actor, request.website_id);
  const rule = readRule({ ...request, name: request.name });
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const goal = await queries.insertGoal(trx, actor.workspaceId, website.id, rule, now);
    if (goal === undefined) throw taken();
    await record(deps, trx, actor, 'goal.add', goal, website.programId);
    return toItem(goal);
  });
}

/** Changes what was sent. Who is told a path is no event any more, and the other way round. */
export async function changeGoal(
  deps: GoalDeps,
  actor: ManagementPrincipal,
  id: unknown,
  request: UpdateGoalRequest,
): Promise<GoalItem> {
  return deps.postgres.transaction(async (trx) => {
    const { goal, programId } = await getOwnGoal(deps, trx, actor, id);
    const known = {
      ...(request.event === undefined && goal.path !== null ? { path: goal.path } : {}),
      ...(request.path === undefined && goal.event !== null
        ? {
            event: goal.event,
            property: goal.property ?? undefined,
            property_value: request.property === undefined ? (goal.propertyValue ?? undefined) : undefined,
          }
        : {}),
    };
    const rule = readRule({
      ...{ name: goal.name, value_cents: goal.valueCents ?? undefined },
      ...known,
      ...Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)),
    });
    const changed = await queries.updateGoal(trx, actor.workspaceId, goal.id, rule).catch((error) => {
      // Another took the name at the same instant.
      if (violatedConstraint(error) === 'goals_name') throw taken();
      throw error;
    });
    if (changed === undefined) throw taken();
    await record(deps, trx, actor, 'goal.change', changed, programId);
    return toItem(changed);
  });
}

export async function removeGoal(deps: GoalDeps, actor: ManagementPrincipal, id: unknown): Promise<GoalItem> {
  return deps.postgres.transaction(async (trx) => {
    const { goal, programId } = await getOwnGoal(deps, trx, actor, id);
    await queries.deleteGoal(trx, actor.workspaceId, goal.id);
    await record(deps, trx, actor, 'goal.remove', goal, programId);
    return toItem(goal);
  });
}

async function getOwnGoal(deps: GoalDeps, trx: Transaction, actor: ManagementPrincipal, told: unknown) {
  const id = smallId(told);
  const goal = id === undefined ? undefined : await queries.findGoal(trx, actor.workspaceId, id);
  if (goal === undefined) throw new AppError('goal_not_found');
  const website = await getOwnWebsite(deps.directory, actor, goal.websiteId).catch((error: unknown) => {
    // Of a website that the caller may not see; whatever else went wrong is no answer.
    if (error instanceof AppError) throw new AppError('goal_not_found', undefined, { cause: error });
    throw error;
  });
  return { goal, programId: website.programId };
}

function readRule(told: UpdateGoalRequest & { name: string }): queries.GoalRule {
  const refuse = (why: string) => new AppError('invalid_request', why);
  const { property, property_value: propertyValue = null, value_cents: valueCents = null } = told;
  const path = told.path?.trim() || null;
  const event = told.event?.trim() || null;
  if ((path === null) === (event === null)) throw refuse('path or event is required, and not both');
  if (path !== null && !/^[/*]/.test(path)) throw refuse('path is invalid: it begins with / or *');
  const name = property?.trim() || null;
  if (name !== null && event === null) throw refuse('property is invalid: only an event has one');
  if (propertyValue !== null && name === null) throw refuse('property_value is invalid: property is missing');
  return { name: told.name.trim(), path, event, property: name, propertyValue, valueCents };
}

function record(
  { clock }: GoalDeps,
  trx: Transaction,
  actor: ManagementPrincipal,
  act: string,
  goal: queries.Goal,
  programId: number | null,
): Promise<void> {
  const { createdAt: _, id, ...details } = goal;
  return recordAct(
    trx,
    { workspaceId: actor.workspaceId, name: actorName(actor) },
    { act, programId, subject: `goal ${id}`, details },
    clock.now(),
  );
}

export function toItem(goal: queries.Goal): GoalItem {
  return {
    id: goal.id,
    website_id: goal.websiteId,
    name: goal.name,
    path: goal.path,
    event: goal.event,
    property: goal.property,
    property_value: goal.propertyValue,
    value_cents: goal.valueCents,
    created_at: goal.createdAt.toISOString(),
  };
}

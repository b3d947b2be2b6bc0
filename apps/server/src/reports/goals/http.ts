import { AddGoalRequest, GoalItem, GoalsQuery, UpdateGoalRequest } from '@headwater/contract';
import { type Route, reader } from '../../platform/index.ts';
import { dataRoute, getOwnWebsite, listRoute } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { addGoal, changeGoal, removeGoal, toItem } from './goals.ts';
import { listGoals } from './queries.ts';

const tag = 'Reports';
// What visitors should reach is a setting of the website: others' reports change with it.
const scope = 'program:update';
const addReader = reader(AddGoalRequest);
const updateReader = reader(UpdateGoalRequest);

export function goalRoutes(deps: ReportDeps): Route[] {
  const { directory, postgres } = deps;
  return [
    dataRoute(
      {
        ...{ method: 'POST', path: '/api/v1/goals', scope, tag },
        summary: 'Add a goal to a website',
        refuses: ['conflict'],
        ...{ body: AddGoalRequest, answer: GoalItem, status: 201 },
        handle: (call, manager) => addGoal(deps, manager, addReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        ...{ path: '/api/v1/goals', scope: 'dashboard:view', tag },
        summary: 'List the goals of a website',
        ...{ query: GoalsQuery, answer: GoalItem },
        async handle(call, manager) {
          const { id, workspaceId } = await getOwnWebsite(directory, manager, call.query.website_id);
          const goals = await listGoals(postgres, { workspaceId, of: { websiteId: id } });
          return { data: goals.map(toItem), next_cursor: null };
        },
      },
      directory,
    ),
    dataRoute(
      {
        ...{ method: 'PATCH', path: '/api/v1/goals/:id', scope, tag },
        summary: 'Change a goal',
        refuses: ['conflict'],
        ...{ body: UpdateGoalRequest, answer: GoalItem, status: 200 },
        handle: (call, manager) => changeGoal(deps, manager, call.params.id, updateReader.read(call.body)),
      },
      directory,
    ),
    dataRoute(
      {
        ...{ method: 'DELETE', path: '/api/v1/goals/:id', scope, tag },
        summary: 'Forget a goal; what was done stays',
        ...{ answer: GoalItem, status: 200 },
        handle: (call, manager) => removeGoal(deps, manager, call.params.id),
      },
      directory,
    ),
  ];
}

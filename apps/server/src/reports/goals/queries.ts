import { type Sql, statement } from '../../platform/index.ts';

export interface Goal {
  id: number;
  websiteId: string;
  name: string;
  path: string | null;
  event: string | null;
  property: string | null;
  propertyValue: string | null;
  valueCents: number | null;
  createdAt: Date;
}

/** More would be read of every event of a report. */
export const mostGoals = 100;

const columns = `id::integer, website_id as "websiteId", name, path, event_name as event, property,
  property_value as "propertyValue", value_cents::float8 as "valueCents", created_at as "createdAt"`;

type Of = { workspaceId: number; of: { websiteId: string } | { programId: number } };

const goalsOf = statement(
  'goals.list',
  `select ${columns} from goals
   where workspace_id = $1 and website_id = coalesce($2, (
     select w.id from websites w where w.workspace_id = $1 and w.program_id = $3))
   order by lower(name) limit ${mostGoals}`,
);

/** The goals of a website, or of the one that a program is bound to. */
export function listGoals(sql: Sql, { workspaceId, of }: Of): Promise<Goal[]> {
  const [websiteId, programId] = 'websiteId' in of ? [of.websiteId, null] : [null, of.programId];
  return sql.query(goalsOf, [workspaceId, websiteId, programId]);
}

const byId = statement('goals.by_id', `select ${columns} from goals where workspace_id = $1 and id = $2`);

export async function findGoal(sql: Sql, workspaceId: number, id: number): Promise<Goal | undefined> {
  const [goal] = await sql.query<Goal>(byId, [workspaceId, id]);
  return goal;
}

const insert = statement(
  'goals.insert',
  `insert into goals (workspace_id, website_id, name, path, event_name, property, property_value, value_cents, created_at)
   select $1, $2::text, $3, $4, $5, $6, $7, $8, $9
   where (select count(*) from goals where workspace_id = $1 and website_id = $2) < ${mostGoals}
   on conflict do nothing returning ${columns}`,
);

export type GoalRule = Pick<Goal, 'name' | 'path' | 'event' | 'property' | 'propertyValue' | 'valueCents'>;

const valuesOf = ({ name, path, event, property, propertyValue, valueCents }: GoalRule) => [
  ...[name, path, event, property, propertyValue, valueCents],
];

/** Undefined when there is one of that name, or no room for another. */
export async function insertGoal(
  sql: Sql,
  workspaceId: number,
  websiteId: string,
  goal: GoalRule,
  now: Date,
): Promise<Goal | undefined> {
  const [row] = await sql.query<Goal>(insert, [workspaceId, websiteId, ...valuesOf(goal), now]);
  return row;
}

const update = statement(
  'goals.update',
  `update goals set name = $3, path = $4, event_name = $5, property = $6, property_value = $7, value_cents = $8
   where workspace_id = $1 and id = $2 and not exists (
     select from goals o where o.workspace_id = $1 and o.website_id = goals.website_id and o.id <> goals.id
       and lower(o.name) = lower($3))
   returning ${columns}`,
);

/** Undefined when another has that name. */
export async function updateGoal(
  sql: Sql,
  workspaceId: number,
  id: number,
  goal: GoalRule,
): Promise<Goal | undefined> {
  const [row] = await sql.query<Goal>(update, [workspaceId, id, ...valuesOf(goal)]);
  return row;
}

const remove = statement('goals.delete', 'delete from goals where workspace_id = $1 and id = $2');

export async function deleteGoal(sql: Sql, workspaceId: number, id: number): Promise<void> {
  await sql.query(remove, [workspaceId, id]);
}

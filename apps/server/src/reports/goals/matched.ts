import type { GoalRule } from './queries.ts';

export interface Matched {
  /** An array of (name, value) of the goals that a row of `events` reaches, in SQL. */
  reached: string;
  /** A condition that every row that reaches any fulfils. */
  any: string;
}

/** How rows of page views and custom events are matched with goals. A `?` of a path is itself: only `*` stands for any text. */
export function matchedGoals(
  goals: readonly GoalRule[],
  bind: (value: unknown, type: string) => string,
): Matched {
  if (goals.length === 0) return { reached: "[('', toInt64(0))]", any: '0' };
  const conditions = goals.map((goal) => conditionOf(goal, bind));
  const reached = goals.map(
    ({ name, valueCents }, index) =>
      `if(${conditions[index]}, [(${bind(name, 'String')}, toInt64(${bind(String(valueCents ?? 0), 'Int64')}))], [])`,
  );
  return { reached: `arrayConcat(${reached.join(', ')})`, any: `(${conditions.join(' or ')})` };
}

function conditionOf(goal: GoalRule, bind: (value: unknown, type: string) => string): string {
  if (goal.path !== null)
    return `(type = 'pageview' and path like ${bind(goal.path.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%'), 'String')})`;
  const named = `type = 'custom' and name = ${bind(goal.event, 'String')}`;
  if (goal.property === null) return `(${named})`;
  const property = bind(goal.property, 'String');
  if (goal.propertyValue === null) return `(${named} and JSONHas(properties, ${property}))`;
  const value = `if(JSONType(properties, ${property}) = 'String',
      JSONExtractString(properties, ${property}), JSONExtractRaw(properties, ${property}))`;
  return `(${named} and ${value} = ${bind(goal.propertyValue, 'String')})`;
}

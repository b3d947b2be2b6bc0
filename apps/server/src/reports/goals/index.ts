/** What a website wants visitors to reach, and how events are matched with it. */
export { goalRoutes } from './http.ts';
export { type Matched, matchedGoals } from './matched.ts';
export { type GoalRule, listGoals } from './queries.ts';

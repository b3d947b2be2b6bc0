/**
 * A believable shop's year of events, for looking at reports and for measuring them: the same for the same seed. It is made
 * inside ClickHouse and stays there: its payments are in no books, and reconciling leaves them out.
 */
export { demoRoutes } from './http.ts';
export { type DemoOrder, insertDemoPart } from './insert-demo-part.ts';

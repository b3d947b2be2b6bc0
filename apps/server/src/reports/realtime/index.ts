/** What happens now: the last half hour, as an answer and as a stream that many may listen to for the cost of one. */
export { realtimeRoutes } from './http.ts';
export { readRealtime } from './read-realtime.ts';

/** What the insight pages ask of the server: what is kept about reports, and the reports of people. */
import type {
  AddGoalRequest,
  AnnotationItem,
  AnnotationKind,
  CohortsAnswer,
  FunnelAnswer,
  FunnelRequest,
  GoalItem,
  JourneysAnswer,
  RealtimeAnswer,
  SegmentItem,
} from '@headwater/contract';
import type { Static } from 'typebox';
import { call, dataOf } from './http.ts';

export type SubjectKey = { program_id: number } | { website_id: string };
export type Cohorts = Static<typeof CohortsAnswer>;
export type Funnel = Static<typeof FunnelAnswer>;
export type Journeys = Static<typeof JourneysAnswer>;

type Signal = { signal: AbortSignal };

const get = <T>(path: string, query: object, { signal }: Signal) =>
  dataOf<T>('GET', path, { query: { ...query }, signal });

export const insight = {
  segments: (key: SubjectKey, signal: Signal) => get<SegmentItem[]>('/api/v1/segments', key, signal),
  addSegment: (key: SubjectKey, name: string, filters: SegmentItem['filters']) =>
    dataOf<SegmentItem>('POST', '/api/v1/segments', { body: { ...key, name, filters } }),
  removeSegment: (id: number) => call('DELETE', `/api/v1/segments/${id}`),

  annotations: (query: SubjectKey & { from: string; to: string }, signal: Signal) =>
    get<AnnotationItem[]>('/api/v1/annotations', query, signal),
  addAnnotation: (key: SubjectKey, body: { kind: AnnotationKind; text: string; at?: string }) =>
    dataOf<AnnotationItem>('POST', '/api/v1/annotations', { body: { ...key, ...body } }),
  removeAnnotation: (id: number) => call('DELETE', `/api/v1/annotations/${id}`),

  realtime: (key: SubjectKey, signal: Signal) => get<RealtimeAnswer>('/api/v1/reports/realtime', key, signal),

  goals: (websiteId: string, signal: Signal) =>
    get<GoalItem[]>('/api/v1/goals', { website_id: websiteId }, signal),
  addGoal: (body: AddGoalRequest) => dataOf<GoalItem>('POST', '/api/v1/goals', { body }),
  removeGoal: (id: number) => call('DELETE', `/api/v1/goals/${id}`),

  funnel: (body: FunnelRequest, signal: Signal) =>
    dataOf<Funnel>('POST', '/api/v1/reports/funnel', { body, ...signal }),
  journeys: (query: object, signal: Signal) => get<Journeys>('/api/v1/reports/journeys', query, signal),
  cohorts: (query: object, signal: Signal) => get<Cohorts>('/api/v1/reports/cohorts', query, signal),
};

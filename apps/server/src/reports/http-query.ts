import {
  AddSegmentRequest,
  dataOf,
  QueryAnswer,
  QueryRequest,
  SegmentItem,
  SegmentsQuery,
} from '@headwater/contract';
import Type from 'typebox';
import {
  AppError,
  invariant,
  type ManagementPrincipal,
  type Route,
  reader,
  smallId,
} from '../platform/index.ts';
import { dataRoute, listRoute } from '../workspaces/index.ts';
import type { ReportDeps } from './deps.ts';
import * as queries from './queries.ts';
import { readRequest } from './query/read-question.ts';
import { exportQuery, runQuery } from './query/run-query.ts';
import { addSegment, removeSegment, toItem } from './segments.ts';
import { findSubject } from './subject.ts';

const tag = 'Reports';
const scope = 'dashboard:view';
const segmentReader = reader(AddSegmentRequest);
const file = Type.String({
  description: 'where format is csv or parquet: the rows, a column each dimension and metric',
});

export function queryRoutes(deps: ReportDeps): Route[] {
  const { directory, postgres } = deps;
  return [
    {
      method: 'POST',
      path: '/api/v1/query',
      tag,
      summary: 'Ask for any metrics by any dimensions',
      access: { kind: 'management', scope },
      errors: 'coded',
      failure: 'Report failed',
      body: QueryRequest,
      answers: { 200: Type.Union([dataOf(QueryAnswer), file]) },
      async handle(call) {
        const manager = managerOf(call.principal);
        const subject = await findSubject(deps, manager, call.body);
        const request = readRequest(call.body, call.header('accept'));
        const { format } = request;
        if (format === 'json') return { status: 200, body: { data: await runQuery(deps, subject, request) } };
        const { file: stream, type, name } = await exportQuery(deps, subject, request, format);
        return {
          status: 200,
          body: stream,
          headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` },
        };
      },
    },
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/segments',
        scope: 'segment:manage',
        tag,
        summary: 'Keep filters under a name',
        refuses: ['conflict'],
        body: AddSegmentRequest,
        answer: SegmentItem,
        status: 201,
        async handle(call, manager) {
          const { owner } = await findSubject(deps, manager, call.body);
          const { name, filters } = segmentReader.read(call.body);
          return addSegment(deps, manager, owner, { name, filters });
        },
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/segments',
        scope,
        tag,
        summary: 'List the segments of a program or website',
        query: SegmentsQuery,
        answer: SegmentItem,
        async handle(call, manager) {
          const { owner } = await findSubject(deps, manager, call.query);
          const data = (await queries.listSegments(postgres, owner)).map(toItem);
          return { data, next_cursor: null };
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path: '/api/v1/segments/:id',
        scope: 'segment:manage',
        tag,
        summary: 'Forget a segment',
        answer: SegmentItem,
        status: 200,
        async handle(call, manager) {
          const id = smallId(call.params.id);
          if (id === undefined) throw new AppError('segment_not_found');
          return removeSegment(deps, manager, id);
        },
      },
      directory,
    ),
  ];
}

function managerOf(principal: { kind: string }): ManagementPrincipal {
  invariant(principal.kind === 'management', 'a report is asked for with a management key');
  return principal as ManagementPrincipal;
}

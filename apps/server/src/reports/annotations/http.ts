import { AddAnnotationRequest, AnnotationItem, AnnotationsQuery } from '@headwater/contract';
import { type Route, reader } from '../../platform/index.ts';
import { dataRoute, listRoute } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readPeriod } from '../period.ts';
import { readSubject } from '../subject.ts';
import { addAnnotation, removeAnnotation, toItem } from './annotations.ts';
import { listAnnotations } from './queries.ts';

const tag = 'Reports';
// What deploys may tell of it with a key that can do nothing else.
const scope = 'annotation:manage';
const addReader = reader(AddAnnotationRequest);

export function annotationRoutes(deps: ReportDeps): Route[] {
  const { directory, postgres, clock } = deps;
  return [
    dataRoute(
      {
        ...{ method: 'POST', path: '/api/v1/annotations', scope, tag },
        summary: 'Note that something happened: a deploy, a campaign',
        ...{ body: AddAnnotationRequest, answer: AnnotationItem, status: 201 },
        async handle(call, manager) {
          const request = addReader.read(call.body);
          return addAnnotation(deps, manager, await readSubject(directory, manager, request), request);
        },
      },
      directory,
    ),
    listRoute(
      {
        ...{ path: '/api/v1/annotations', scope: 'dashboard:view', tag },
        summary: 'List what happened in a period',
        ...{ query: AnnotationsQuery, answer: AnnotationItem },
        async handle({ query }, manager) {
          const { owner, programId, timeZone } = await readSubject(directory, manager, query);
          const websiteId = 'websiteId' in owner ? owner.websiteId : null;
          const period = readPeriod(query, timeZone, clock.now());
          const found = await listAnnotations(postgres, manager.workspaceId, {
            ...{ programId, websiteId },
            ...period,
          });
          return { data: found.map((one) => toItem(one, timeZone)), next_cursor: null };
        },
      },
      directory,
    ),
    dataRoute(
      {
        ...{ method: 'DELETE', path: '/api/v1/annotations/:id', scope, tag },
        summary: 'Forget an annotation',
        ...{ answer: AnnotationItem, status: 200 },
        handle: (call, manager) => removeAnnotation(deps, manager, call.params.id),
      },
      directory,
    ),
  ];
}

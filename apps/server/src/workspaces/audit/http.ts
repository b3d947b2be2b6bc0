import { AuditEntry, AuditQuery } from '@headwater/contract';
import type { Postgres, Route } from '../../platform/index.ts';
import type { Directory } from '../directory.ts';
import { listRoute } from '../manage-route.ts';
import { listActs } from './list-acts.ts';

export function auditRoutes(deps: { postgres: Postgres; directory: Directory }): Route[] {
  return [
    listRoute(
      {
        path: '/api/v1/audit',
        scope: 'program:read',
        tag: 'Audit',
        summary: 'List who changed money or settings, newest first; each entry’s hash covers the one before',
        query: AuditQuery,
        answer: AuditEntry,
        handle: (call, manager) => listActs(deps.postgres, manager, call.query),
      },
      deps.directory,
    ),
  ];
}

import { CreateKeyRequest, KeyRecord, ListQuery, UpdateKeyRequest } from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { dataRoute, listRoute } from './manage-route.ts';
import { createKey, listKeys, revokeKey, updateKey } from './management-keys.ts';
import type { SetUp } from './set-up.ts';

const tag = 'Management keys';
const createReader = reader(CreateKeyRequest);
const updateReader = reader(UpdateKeyRequest);

export function keyRoutes(setUp: SetUp): Route[] {
  const { directory } = setUp;
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/api-keys',
        scope: '*',
        tag,
        summary: 'Make a management key, no stronger than your own; it is answered once',
        body: CreateKeyRequest,
        answer: KeyRecord,
        status: 201,
        handle: (call, manager) => createKey(setUp, manager, createReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/api-keys',
        scope: '*',
        tag,
        summary: 'List management keys, masked',
        query: ListQuery,
        answer: KeyRecord,
        handle: (call, manager) => listKeys(setUp, manager, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PUT',
        path: '/api/v1/api-keys/:id',
        scope: '*',
        tag,
        summary: 'Change a management key',
        body: UpdateKeyRequest,
        answer: KeyRecord,
        status: 200,
        handle: (call, manager) =>
          updateKey(setUp, manager, call.params.id, updateReader.read(call.body), call.body),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path: '/api/v1/api-keys/:id',
        scope: '*',
        tag,
        summary: 'Revoke a management key',
        answer: KeyRecord,
        status: 200,
        handle: (call, manager) => revokeKey(setUp, manager, call.params.id),
      },
      directory,
    ),
  ];
}

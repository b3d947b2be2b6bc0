import {
  AddPolicyRequest,
  CreateGroupRequest,
  GroupRecord,
  ListQuery,
  PolicyRecord,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { createGroup, listGroups } from './groups.ts';
import { dataRoute, listRoute } from './manage-route.ts';
import { addPolicy, getGroup, listPolicies } from './policies.ts';
import type { SetUp } from './set-up.ts';

const tag = 'Groups and policies';
const createGroupReader = reader(CreateGroupRequest);
const addPolicyReader = reader(AddPolicyRequest);

export function groupRoutes(setUp: SetUp): Route[] {
  const { directory } = setUp;
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/groups',
        scope: 'program:update',
        tag,
        summary: 'Make a group of partners',
        refuses: ['conflict'],
        body: CreateGroupRequest,
        answer: GroupRecord,
        status: 201,
        handle: (call, manager) =>
          createGroup(setUp, manager, call.params.id, createGroupReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/programs/:id/groups',
        scope: 'program:read',
        tag,
        summary: 'List the groups of a program',
        query: ListQuery,
        answer: GroupRecord,
        handle: (call, manager) => listGroups(setUp, manager, call.params.id, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/groups/:id/policies',
        scope: 'program:update',
        tag,
        summary: 'Add a version to a group’s terms',
        refuses: ['conflict'],
        body: AddPolicyRequest,
        answer: PolicyRecord,
        status: 201,
        async handle(call, manager) {
          const group = await getGroup(setUp, manager, call.params.id);
          return addPolicy(setUp, manager, group, addPolicyReader.read(call.body));
        },
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/groups/:id/policies',
        scope: 'program:read',
        tag,
        summary: 'List the versions of a group’s terms',
        query: ListQuery,
        answer: PolicyRecord,
        async handle(call, manager) {
          const group = await getGroup(setUp, manager, call.params.id);
          return listPolicies(setUp, manager, group, call.query);
        },
      },
      directory,
    ),
  ];
}

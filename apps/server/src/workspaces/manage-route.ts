import { dataOf, listOf } from '@headwater/contract';
import type { TSchema } from 'typebox';
import {
  type Answer,
  type Call,
  invariant,
  type ManagementPrincipal,
  type Page,
  type Route,
  type Scope,
} from '../platform/index.ts';
import type { Directory } from './directory.ts';
import { getOwnProgram } from './own-program.ts';

interface Manage {
  method: Route['method'];
  path: string;
  scope: Scope;
  tag: string;
  summary: string;
  errors?: Route['errors'];
  refuses?: Route['refuses'];
  body?: TSchema;
  query?: TSchema;
  answer: TSchema;
}

/** Who calls a set-up route. Access was checked before the handler runs. */
function managerOf(call: Call): ManagementPrincipal {
  invariant(call.principal.kind === 'management', 'a set-up route is called with a management key');
  return call.principal;
}

/** A set-up route that answers one thing as `{"data":…}`: 201 when it makes it, else 200. */
export function dataRoute(
  spec: Manage & { status: 200 | 201; handle(call: Call, manager: ManagementPrincipal): Promise<unknown> },
  directory: Directory,
): Route {
  return route(spec, spec.status, dataOf(spec.answer), directory, async (call, manager) => ({
    status: spec.status,
    body: { data: await spec.handle(call, manager) },
  }));
}

/** A set-up route that answers a list as `{"data":[…],"next_cursor":…}`. */
export function listRoute(
  spec: Omit<Manage, 'method'> & {
    handle(call: Call, manager: ManagementPrincipal): Promise<Page<unknown>>;
  },
  directory: Directory,
): Route {
  return route({ ...spec, method: 'GET' }, 200, listOf(spec.answer), directory, async (call, manager) => ({
    status: 200,
    body: await spec.handle(call, manager),
  }));
}

/** Paths whose `:id` is a program: it is looked for before the body is read, so that a stranger learns nothing else. */
const programPath = /\/(?:affiliate-)?programs\/:id(?:\/|$)/;

function route(
  spec: Manage,
  status: number,
  answer: TSchema,
  directory: Directory,
  handle: (call: Call, manager: ManagementPrincipal) => Promise<Answer>,
): Route {
  return {
    method: spec.method,
    path: spec.path,
    tag: spec.tag,
    summary: spec.summary,
    access: { kind: 'management', scope: spec.scope },
    errors: spec.errors ?? 'coded',
    failure: 'Internal error',
    ...(spec.body ? { body: spec.body } : {}),
    ...(spec.query ? { query: spec.query } : {}),
    answers: { [status]: answer },
    ...(spec.refuses ? { refuses: spec.refuses } : {}),
    async handle(call) {
      const manager = managerOf(call);
      if (programPath.test(spec.path)) await getOwnProgram(directory, manager, call.params.id);
      return handle(call, manager);
    },
  };
}

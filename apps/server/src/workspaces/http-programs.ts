import {
  CommissionTerms,
  CreateProgramRequest,
  ListQuery,
  ProgramRecord,
  TokenRecord,
  UpdateProgramRequest,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { archiveProgram } from './archive-program.ts';
import { createProgram } from './create-program.ts';
import { getProgram, listPrograms } from './list-programs.ts';
import { dataRoute, listRoute } from './manage-route.ts';
import { regenerateToken } from './regenerate-token.ts';
import type { SetUp } from './set-up.ts';
import { updateProgram } from './update-program.ts';

const tag = 'Programs';
const createReader = reader(CreateProgramRequest);
const termsReader = reader(CommissionTerms);
const updateReader = reader(UpdateProgramRequest);

export function programRoutes(setUp: SetUp): Route[] {
  const { directory } = setUp;
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs',
        scope: 'program:create',
        tag,
        summary: 'Create a program; its tracking token is answered once',
        refuses: ['conflict'],
        body: CreateProgramRequest,
        answer: ProgramRecord,
        status: 201,
        handle: (call, manager) => createProgram(setUp, manager, readCreateProgram(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/programs',
        scope: 'program:list',
        tag,
        summary: 'List programs',
        query: ListQuery,
        answer: ProgramRecord,
        handle: (call, manager) => listPrograms(setUp, manager, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/programs/:id',
        scope: 'program:read',
        tag,
        summary: 'Read a program',
        answer: ProgramRecord,
        status: 200,
        handle: (call, manager) => getProgram(setUp, manager, call.params.id),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: '/api/v1/programs/:id',
        scope: 'program:update',
        tag,
        summary: 'Change settings; they act on later payments',
        refuses: ['conflict'],
        body: UpdateProgramRequest,
        answer: ProgramRecord,
        status: 200,
        handle: (call, manager) =>
          updateProgram(setUp, manager, call.params.id, updateReader.read(call.body), call.body),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path: '/api/v1/programs/:id',
        scope: 'program:delete',
        tag,
        summary: 'Archive a program',
        answer: ProgramRecord,
        status: 200,
        handle: (call, manager) => archiveProgram(setUp, manager, call.params.id),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/advertiser/affiliate-programs',
        scope: 'program:list',
        tag,
        summary: 'List programs',
        errors: 'plain',
        query: ListQuery,
        answer: ProgramRecord,
        // Callers of this path know of no pages: the first is as long as pages get.
        handle: (call, manager) => listPrograms(setUp, manager, call.query, 200),
      },
      directory,
    ),
    ...regenerateRoutes(setUp),
  ];
}

/** One act under two paths: the management API's own, and its alias beside the set-up routes. */
function regenerateRoutes(setUp: SetUp): Route[] {
  const paths = [
    { path: '/api/advertiser/affiliate-programs/:id/regenerate-api-token', errors: 'plain' },
    { path: '/api/v1/programs/:id/regenerate-token', errors: 'coded' },
  ] as const;
  return paths.map(({ path, errors }) =>
    dataRoute(
      {
        method: 'POST',
        path,
        errors,
        scope: 'program:regenerate-token',
        tag,
        summary: 'Replace the tracking token; the old one dies at once',
        refuses: ['conflict'],
        answer: TokenRecord,
        status: 200,
        handle: (call, manager) => regenerateToken(setUp, manager, call.params.id),
      },
      setUp.directory,
    ),
  );
}

/** The commission is read first and by its own fields, so that a fault in it is named and null counts as absent. */
function readCreateProgram(body: Record<string, unknown>): CreateProgramRequest {
  const sent = body.commission;
  const isObject = typeof sent === 'object' && sent !== null && !Array.isArray(sent);
  if (!isObject) return createReader.read(body);
  createReader.read({ ...body, commission: undefined });
  return createReader.read({ ...body, commission: termsReader.read(sent as Record<string, unknown>) });
}

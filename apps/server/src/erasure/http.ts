import {
  EraseRequest,
  ErasureItem,
  ErasureQuery,
  ExportPersonRequest,
  PersonExport,
} from '@headwater/contract';
import {
  AppError,
  type ManagementPrincipal,
  type Route,
  readCursor,
  reader,
  readLimit,
  toPage,
  wholeNumber,
} from '../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram, listRoute } from '../workspaces/index.ts';
import type { ErasureDeps } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import * as queries from './queries.ts';
import { requestErasure } from './request-erasure.ts';

const tag = 'People';
const scope = 'person:manage';
const eraseReader = reader(EraseRequest);
const exportReader = reader(ExportPersonRequest);

export function erasureRoutes(deps: ErasureDeps & { directory: Directory }): Route[] {
  const { directory, postgres } = deps;

  async function readSubject(
    manager: ManagementPrincipal,
    { email, customer_key: customerKey, program_id: programId }: EraseRequest,
  ): Promise<queries.Subject> {
    requireWholeWorkspace(manager);
    if ((email ?? null) === null && (customerKey ?? null) === null) {
      throw new AppError('invalid_request', 'email is required, or customer_key with program_id');
    }
    const emailHash = email == null ? null : deps.hasher.email(email)?.hash;
    if (emailHash === undefined) throw new AppError('invalid_request', 'email is invalid');
    if (customerKey == null) return { emailHash, programId: null, customerKey: null };
    if (programId == null) throw new AppError('invalid_request', 'program_id is required with customer_key');
    const program = await getOwnProgram(directory, manager, programId);
    return { emailHash, programId: program.id, customerKey };
  }

  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/erasures',
        scope,
        tag,
        summary: 'Erase a person: what they did stays counted, and nothing names them any more',
        refuses: ['person_is_partner'],
        body: EraseRequest,
        answer: ErasureItem,
        status: 201,
        async handle(call, manager) {
          const subject = await readSubject(manager, eraseReader.read(call.body));
          return toItem(await requestErasure(deps, manager, subject));
        },
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/erasures',
        scope,
        tag,
        summary: 'List erasures, newest first',
        query: ErasureQuery,
        answer: ErasureItem,
        async handle({ query }, manager) {
          requireWholeWorkspace(manager);
          const limit = readLimit(query);
          const seen = readCursor(query, ['longId'])?.[0];
          const before = seen === undefined ? null : BigInt(seen);
          const rows = await queries.listErasures(postgres, manager.workspaceId, before, limit + 1);
          return toPage(rows, limit, toItem, (row) => [row.id]);
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/erasures/:id',
        scope,
        tag,
        summary: 'How far an erasure is',
        answer: ErasureItem,
        status: 200,
        async handle({ params }, manager) {
          const id = wholeNumber(params.id);
          const key = { workspaceId: manager.workspaceId, id: BigInt(id ?? 0) };
          // Of a key that is limited to programs no person is; that one was erased is none of its business.
          const isWhole = manager.programScope === null;
          const found = isWhole ? await queries.findErasure(postgres, key) : undefined;
          if (found === undefined) throw new AppError('erasure_not_found');
          return toItem(found);
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/people/export',
        scope,
        tag,
        summary: 'Hand out everything that is known of a person',
        body: ExportPersonRequest,
        answer: PersonExport,
        status: 200,
        async handle(call, manager) {
          const subject = await readSubject(manager, exportReader.read(call.body));
          return exportPerson(deps, manager, subject);
        },
      },
      directory,
    ),
  ];
}

/** A person is one in all programs of a workspace. */
function requireWholeWorkspace({ programScope }: ManagementPrincipal): void {
  if (programScope !== null) {
    throw new AppError('missing_permission', 'Missing permission: program_scope must be null');
  }
}

function toItem(row: queries.ErasureRow): ErasureItem {
  const { customers, browsers, payments, stripeEvents } = row;
  const isKnown = customers !== null && browsers !== null && payments !== null;
  return {
    id: Number(row.id),
    status: row.doneAt !== null ? 'done' : row.renamedAt !== null ? 'renamed' : 'requested',
    requested_by: row.requestedBy,
    requested_at: row.requestedAt.toISOString(),
    done_at: row.doneAt?.toISOString() ?? null,
    found: isKnown ? { customers, browsers, payments, stripe_events: stripeEvents ?? 0 } : null,
  };
}

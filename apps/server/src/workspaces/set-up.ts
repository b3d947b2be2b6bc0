import type { ErrorCode } from '@headwater/contract';
import {
  AppError,
  type Clock,
  type Db,
  type Hasher,
  kysely,
  type ManagementPrincipal,
  type Postgres,
  sqlOf,
  violatedConstraint,
} from '../platform/index.ts';
import type { Act } from './audit/act.ts';
import { actorName, recordAct } from './audit/record-act.ts';
import type { Directory } from './directory.ts';

/** What the set-up use cases work with. */
export interface SetUpDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
  /** The installation's platform fee: in force where a program has none of its own (contract §3). */
  installationFee: { bps: number; freeRevenueMinor: bigint };
}

export interface SetUp extends Omit<SetUpDeps, 'postgres'> {
  db: Db;
}

export function openSetUp(deps: SetUpDeps): SetUp {
  const { postgres, ...rest } = deps;
  return { ...rest, db: kysely(postgres) };
}

/** Who sets up: the key, its workspace, and the programs it is limited to (null: all of them). */
export type Actor = ManagementPrincipal;

export function mayTouch(actor: Pick<Actor, 'programScope'>, programId: number): boolean {
  return actor.programScope === null || actor.programScope.includes(programId);
}

/** The database is the last guard; what its unique keys refuse is told in our words. */
const refusals: Record<string, [ErrorCode, string?]> = {
  links_code_key_key: ['code_taken'],
  enrollments_pkey: ['partner_exists'],
  partner_groups_workspace_id_program_id_name_key: ['conflict', 'name is already taken'],
  websites_workspace_id_program_id_key: ['conflict', 'Program is already bound to a website'],
};

/**
 * One change: a transaction (all or nothing) with its entry in the audit log, then the directory forgets what it knew,
 * so that the caller's next request already meets the change. It forgets after a failure too: a commit may succeed
 * without our hearing of it.
 *
 * @param act what it was, by its result; null: nothing was changed
 */
export async function change<T>(
  setUp: SetUp,
  actor: Actor,
  act: (result: T) => Act | null,
  work: (trx: Db) => Promise<T>,
): Promise<T> {
  try {
    return await setUp.db.transaction().execute(async (trx) => {
      const result = await work(trx);
      const done = act(result);
      if (done !== null) {
        const by = { workspaceId: actor.workspaceId, name: actorName(actor) };
        await recordAct(sqlOf(trx), by, done, setUp.clock.now());
      }
      return result;
    });
  } catch (error) {
    const refusal = refusals[violatedConstraint(error) ?? ''];
    if (refusal === undefined) throw error;
    throw new AppError(refusal[0], refusal[1], { cause: error });
  } finally {
    setUp.directory.clear();
  }
}

/** The value of a field that may be cleared: `null` when it was sent as null, undefined when it was not sent. */
export function clearable<T>(
  body: Readonly<Record<string, unknown>>,
  field: string,
  value: T | undefined,
): T | null | undefined {
  return value === undefined && body[field] === null ? null : value;
}

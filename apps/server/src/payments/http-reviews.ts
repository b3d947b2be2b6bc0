import {
  BulkHoldRequest,
  BulkReviewAnswer,
  BulkReviewRequest,
  CommissionItem,
  HoldRequest,
  type ReviewOutcome,
  ReviewRequest,
} from '@headwater/contract';
import { findProgramOf, listCommissionItems } from '../commissions/index.ts';
import {
  AppError,
  invariant,
  kysely,
  type ManagementPrincipal,
  parseInstant,
  type Route,
  reader,
  wholeNumber,
} from '../platform/index.ts';
import { actorName, type Directory, dataRoute, getOwnProgram, type Program } from '../workspaces/index.ts';
import type { PaymentDeps } from './door.ts';
import { reviewCommissions, type Verdict } from './review-commissions.ts';

type ReviewDeps = Pick<PaymentDeps, 'postgres' | 'clock'> & { directory: Directory };

const verbs = ['approve', 'reject', 'hold'] as const;
type Verb = (typeof verbs)[number];
const summaries: Record<Verb, { one: string; several: string }> = {
  approve: {
    one: 'Approve a commission: it waits no longer',
    several: 'Approve commissions, each with its own result',
  },
  reject: {
    one: 'Reject a commission: its partner keeps nothing of it',
    several: 'Reject commissions, each with its own result',
  },
  hold: { one: 'Hold a commission longer', several: 'Hold commissions longer, each with its own result' },
};
const reviewReader = reader(ReviewRequest);
const holdReader = reader(HoldRequest);
const bulkReader = reader(BulkReviewRequest);
const bulkHoldReader = reader(BulkHoldRequest);

/** Approve, reject and hold: several commissions of a program at once, or one. */
export function reviewRoutes(deps: ReviewDeps): Route[] {
  return verbs.flatMap((verb) => [bulkRoute(deps, verb), singleRoute(deps, verb)]);
}

function bulkRoute(deps: ReviewDeps, verb: Verb): Route {
  const { directory } = deps;
  return dataRoute(
    {
      method: 'POST',
      path: `/api/v1/programs/:id/commissions/${verb}`,
      scope: 'commission:review',
      tag: 'Commissions',
      summary: summaries[verb].several,
      refuses: ['commission_not_found'],
      body: verb === 'hold' ? BulkHoldRequest : BulkReviewRequest,
      answer: BulkReviewAnswer,
      status: 200,
      async handle(call, manager) {
        const program = await getOwnProgram(directory, manager, call.params.id);
        const request = verb === 'hold' ? bulkHoldReader.read(call.body) : bulkReader.read(call.body);
        const ids = request.commission_ids.map((id) => BigInt(id));
        const outcomes = await reviewCommissions(
          deps,
          actorName(manager),
          program,
          ids,
          verdictOf(verb, request),
        );
        const found = [...outcomes].flatMap(([id, outcome]) => (outcome === 'not_found' ? [] : [id]));
        const items = await listCommissionItems(kysely(deps.postgres), program.workspaceId, found);
        const results = [...outcomes].map(([id, outcome]) => ({
          commission_id: Number(id),
          outcome,
          commission: items.find((item) => item.id === Number(id)) ?? null,
        }));
        return { changed: results.filter(({ outcome }) => outcome === 'changed').length, results };
      },
    },
    directory,
  );
}

function singleRoute(deps: ReviewDeps, verb: Verb): Route {
  return dataRoute(
    {
      method: 'POST',
      path: `/api/v1/commissions/:id/${verb}`,
      scope: 'commission:review',
      tag: 'Commissions',
      summary: summaries[verb].one,
      ...(verb === 'hold' ? { refuses: ['commission_not_pending'] as const } : {}),
      body: verb === 'hold' ? HoldRequest : ReviewRequest,
      answer: CommissionItem,
      status: 200,
      async handle(call, manager) {
        const { id, program } = await getOwnCommission(deps, manager, call.params.id);
        const request = verb === 'hold' ? holdReader.read(call.body) : reviewReader.read(call.body);
        const outcomes = await reviewCommissions(
          deps,
          actorName(manager),
          program,
          [id],
          verdictOf(verb, request),
        );
        refuseUndone(outcomes.get(id));
        const [item] = await listCommissionItems(kysely(deps.postgres), program.workspaceId, [id]);
        invariant(item, 'commissions are never deleted');
        return item;
      },
    },
    deps.directory,
  );
}

/** One commission alone is judged or refused. */
function refuseUndone(outcome: ReviewOutcome | undefined): void {
  if (outcome === 'not_pending') throw new AppError('commission_not_pending');
  if (outcome === 'too_early') {
    throw new AppError('invalid_request', 'hold_until must be later than the present one');
  }
}

function verdictOf(verb: Verb, request: { reason: string; hold_until?: string }): Verdict {
  const reason = request.reason.trim();
  if (verb !== 'hold')
    return verb === 'approve' ? { verdict: 'approved', reason } : { verdict: 'rejected', reason };
  const holdUntil = parseInstant(request.hold_until);
  invariant(holdUntil, 'its reader has seen to it');
  return { verdict: 'held', reason, holdUntil };
}

/** 404 for one of a program that the key may not touch, too. */
async function getOwnCommission(
  deps: ReviewDeps,
  manager: ManagementPrincipal,
  commissionId: unknown,
): Promise<{ id: bigint; program: Program }> {
  const id = wholeNumber(commissionId);
  const programId =
    id === undefined ? undefined : await findProgramOf(deps.postgres, manager.workspaceId, BigInt(id));
  const program = programId === undefined ? undefined : await deps.directory.findProgram(programId);
  const mayTouch = program !== undefined && (manager.programScope?.includes(program.id) ?? true);
  if (id === undefined || program === undefined || !mayTouch) throw new AppError('commission_not_found');
  return { id: BigInt(id), program };
}

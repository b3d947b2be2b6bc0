import { VerifyAnswer } from '@headwater/contract';
import { AppError, type Postgres, type Route } from '../platform/index.ts';
import { type Directory, dataRoute } from '../workspaces/index.ts';
import { verifyWorkspace } from './verify-workspace.ts';

export function verifyRoutes(deps: { postgres: Postgres; directory: Directory }): Route[] {
  return [
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/verify',
        scope: 'program:read',
        tag: 'Audit',
        summary:
          'Reckon all books of the workspace again from the facts, and name the first thing that is wrong',
        answer: VerifyAnswer,
        status: 200,
        async handle(_call, { workspaceId, programScope }) {
          // The chain and the trial balance are of the whole workspace.
          if (programScope !== null) {
            throw new AppError('missing_permission', 'Missing permission: program_scope must be null');
          }
          const startedAt = performance.now();
          const { fault, trialBalance, ...found } = await verifyWorkspace(deps.postgres, workspaceId);
          return {
            ok: fault === null,
            fault,
            checked: {
              acts: Number(found.acts),
              entries: Number(found.entries),
              payments: found.payments,
              commissions: found.commissions,
            },
            trial_balance: trialBalance.map(({ currency, account, amountMinor }) => ({
              currency,
              account,
              amount_cents: Number(amountMinor),
            })),
            seconds: Math.round(performance.now() - startedAt) / 1000,
          };
        },
      },
      deps.directory,
    ),
  ];
}

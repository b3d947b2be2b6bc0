import { StripeReconcileQuery, StripeReconciliation } from '@headwater/contract';
import Type from 'typebox';
import type { Route } from '../../platform/index.ts';
import { actorName, dataRoute, getOwnProgram, recordAct } from '../../workspaces/index.ts';
import { type ReconcileDeps, readPeriod, reconcileProgram } from './reconcile-account.ts';

const tag = 'Stripe';
const path = '/api/v1/programs/:id/stripe/reconcile';
const refuses = [
  'stripe_not_connected',
  'stripe_refused',
  'stripe_permission_missing',
  'stripe_unreachable',
] as const;
const answer = Type.Array(StripeReconciliation, { description: 'one a connected account and mode' });

export function reconcileRoutes(deps: ReconcileDeps): Route[] {
  const { directory, clock } = deps;
  return [
    dataRoute(
      {
        method: 'GET',
        path,
        scope: 'program:read',
        tag,
        summary: 'Account for every cent of the Stripe account in a period; changes nothing',
        query: StripeReconcileQuery,
        answer,
        refuses,
        status: 200,
        handle: async (call, manager) => {
          const program = await getOwnProgram(directory, manager, call.params.id);
          return reconcileProgram(deps, program, readPeriod(call.query, clock.now()), { backFill: false });
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path,
        scope: 'program:update',
        tag,
        summary: 'The same, and what is missing is fetched from Stripe and put through the inbox',
        body: StripeReconcileQuery,
        answer,
        refuses,
        status: 200,
        handle: async (call, manager) => {
          const program = await getOwnProgram(directory, manager, call.params.id);
          const { from, to } = call.body;
          const query = { ...(from == null ? {} : { from }), ...(to == null ? {} : { to }) };
          const period = readPeriod(query, clock.now());
          const reports = await reconcileProgram(deps, program, period, { backFill: true });
          // What is fetched is booked by the inbox, event by event: the act is told once all is handed over.
          await recordAct(
            deps.postgres,
            { workspaceId: program.workspaceId, name: actorName(manager) },
            {
              act: 'stripe.reconcile',
              programId: program.id,
              subject: `Stripe of program ${program.id}`,
              details: query,
            },
            clock.now(),
          );
          return reports;
        },
      },
      directory,
    ),
  ];
}

import { StripeReconcileQuery, StripeReconciliation } from '@headwater/contract';
import Type from 'typebox';
import type { Route } from '../../platform/index.ts';
import { dataRoute, getOwnProgram } from '../../workspaces/index.ts';
import { type ReconcileDeps, readPeriod, reconcileProgram } from './reconcile-account.ts';

const tag = 'Stripe';
const path = '/api/v1/programs/:id/stripe/reconcile';
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
        status: 200,
        handle: async (call, manager) => {
          const program = await getOwnProgram(directory, manager, call.params.id);
          const { from, to } = call.body;
          const query = { ...(from == null ? {} : { from }), ...(to == null ? {} : { to }) };
          return reconcileProgram(deps, program, readPeriod(query, clock.now()), { backFill: true });
        },
      },
      directory,
    ),
  ];
}

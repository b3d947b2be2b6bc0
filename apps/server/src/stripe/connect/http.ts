import {
  CliStripeConnected,
  CliStripeConnectRequest,
  CompleteStripeOAuthRequest,
  ConnectedStripe,
  ConnectStripeRequest,
  dataOf,
  RemovedStripe,
  StartStripeOAuthRequest,
  StripeOAuthStart,
  StripeStatus,
} from '@headwater/contract';
import { AppError, type Call, invariant, ok, type Route, reader, smallId } from '../../platform/index.ts';
import { actorName, dataRoute, getOwnProgram } from '../../workspaces/index.ts';
import type { DeliveryHealth } from '../endpoints/delivery-health.ts';
import { type ConnectDeps, connectByKey } from './connect-account.ts';
import { completeOAuth, startOAuth } from './oauth.ts';
import { removeStripe } from './remove.ts';
import { stateAccount } from './state-account.ts';
import { readStatus } from './status.ts';

const tag = 'Stripe';
const path = '/api/v1/programs/:id/stripe';
/** What Stripe or another program may have against a connection. */
const connectRefusals = [
  'stripe_refused',
  'stripe_permission_missing',
  'stripe_account_taken',
  'conflict',
  'stripe_unreachable',
] as const;
const keyReader = reader(ConnectStripeRequest);
const startReader = reader(StartStripeOAuthRequest);
const completeReader = reader(CompleteStripeOAuthRequest);
const stateReader = reader(CliStripeConnectRequest);

export function connectRoutes(deps: ConnectDeps & { health: DeliveryHealth }): Route[] {
  const { directory } = deps;
  return [
    dataRoute(
      {
        method: 'GET',
        path,
        scope: 'program:read',
        tag,
        summary: 'How a program stands with Stripe, and what to do about it',
        answer: StripeStatus,
        status: 200,
        handle: async (call, manager) =>
          readStatus(deps, await getOwnProgram(directory, manager, call.params.id)),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${path}/connect`,
        scope: 'program:update',
        tag,
        summary: 'Connect the Stripe account of a restricted key; safe to repeat',
        body: ConnectStripeRequest,
        answer: ConnectedStripe,
        refuses: connectRefusals,
        status: 200,
        handle: async (call, manager) =>
          connectByKey(
            deps,
            await getOwnProgram(directory, manager, call.params.id),
            keyReader.read(call.body).api_key,
            actorName(manager),
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${path}/oauth/start`,
        scope: 'program:update',
        tag,
        summary: 'Begin connecting a Stripe account by OAuth',
        body: StartStripeOAuthRequest,
        answer: StripeOAuthStart,
        refuses: ['stripe_not_configured'],
        status: 201,
        handle: async (call, manager) =>
          startOAuth(
            deps,
            await getOwnProgram(directory, manager, call.params.id),
            startReader.read(call.body).redirect_uri,
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${path}/oauth/complete`,
        scope: 'program:update',
        tag,
        summary: 'End connecting by OAuth with the code that Stripe sent the owner back with',
        body: CompleteStripeOAuthRequest,
        answer: ConnectedStripe,
        refuses: [...connectRefusals, 'stripe_not_configured'],
        status: 200,
        handle: async (call, manager) =>
          completeOAuth(
            deps,
            await getOwnProgram(directory, manager, call.params.id),
            completeReader.read(call.body),
            actorName(manager),
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path,
        scope: 'program:update',
        tag,
        summary: 'Disconnect Stripe: endpoints, permission and secrets go, what was received stays',
        answer: RemovedStripe,
        status: 200,
        handle: async (call, manager) =>
          removeStripe(deps, await getOwnProgram(directory, manager, call.params.id), actorName(manager)),
      },
      directory,
    ),
    stateRoute(deps),
  ];
}

function stateRoute(deps: ConnectDeps): Route {
  return {
    method: 'POST',
    path: '/api/v1/cli/stripe-connect',
    tag,
    summary: 'State the Stripe account and webhook endpoint that were set up elsewhere',
    access: { kind: 'program' },
    errors: 'plain',
    failure: 'Stripe could not be connected',
    body: CliStripeConnectRequest,
    answers: { 200: dataOf(CliStripeConnected) },
    refuses: ['program_not_found', 'stripe_account_taken', 'conflict'],
    async handle(call: Call) {
      const { principal } = call;
      invariant(principal.kind === 'program', 'the route is called with a program token');
      const { program_id: programId, ...stated } = stateReader.read(call.body);
      const program = await deps.directory.findProgram(principal.programId);
      if (program === undefined || smallId(programId) !== program.id) throw new AppError('program_not_found');
      return ok({ data: await stateAccount(deps, program, stated, actorName(principal)) });
    },
  };
}
